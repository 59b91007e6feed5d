"""One offline HTML report of a run, and of what changed since another."""

from eval.report.writing import write_report

__all__ = ["write_report"]
