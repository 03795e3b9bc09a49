"""Benchmarks: each prints a table, and ratios measured within one run. `make bench` runs them all."""
