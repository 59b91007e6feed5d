"""Benchmarks and fits, run by hand: each measures Byline against baselines in one run."""
