"""How fast the linter is beside others: `python -m benchmarks`, or `nox -s benchmarks`."""
