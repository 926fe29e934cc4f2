"""Bytes and text: which files are read, how they are decoded, what a notebook is."""
