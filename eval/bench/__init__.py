"""Benchmarks and fits over public data, run by hand: `python -m eval.bench.NAME`."""
