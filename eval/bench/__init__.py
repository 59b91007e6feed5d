"""Benchmarks and fits, run by hand: each measures Byline and its baselines in the same run."""
