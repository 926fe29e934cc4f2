"""Keys and tokens: where they stand, what they are called, where they get out."""
