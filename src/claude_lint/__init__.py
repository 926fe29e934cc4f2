"""A linter for Python code that calls the Claude API."""

__version__ = "0.1.0"
