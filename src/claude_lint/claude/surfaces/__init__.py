"""The libraries that carry Claude calls, one module each, read into requests."""
