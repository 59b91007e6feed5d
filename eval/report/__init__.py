"""The HTML report of a run, in one file, optionally compared with an older run."""

from eval.report.writing import write_report

__all__ = ["write_report"]
