"""The assistant of a support desk, with the mistakes that claude-lint is for."""
