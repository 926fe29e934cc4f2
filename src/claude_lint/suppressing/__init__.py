"""Findings that are not told: by comment, by baseline, by what a change touched."""
