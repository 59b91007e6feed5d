"""Prints the definitions of all metrics; `docs/metrics.md` has them behind its last heading. Run by hand."""

from eval.metrics import as_markdown

print(as_markdown(), end="")
