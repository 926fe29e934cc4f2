"""Judgements: one small function per rule, facts in, findings out."""
