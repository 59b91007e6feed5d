"""Benchmarks: each module is a command that measures one thing beside its baselines in the same run."""
