"""A run, and what changed since another, as one HTML file that needs no network. Commands call `write_report`."""

from eval.report.writing import write_report

__all__ = ["write_report"]
