"""Fixes: which may be applied, what came of them, and the files written."""
