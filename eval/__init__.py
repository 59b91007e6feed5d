"""Evaluation: suites of questions, metrics, statistics, reports and benchmarks."""
