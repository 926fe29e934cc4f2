"""Inputs that nobody wrote, and what must hold whatever the linter is given: `python -m fuzz`."""
