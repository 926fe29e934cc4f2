"""What comes back from Claude, and what code does with it."""
