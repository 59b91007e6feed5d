"""Groups articles by report, so that reprints count once."""

from __future__ import annotations

from collections.abc import Iterable

from eval.cases import Case


def group(case: Case, article: str) -> str:
    """The id of the report: that of the first of the article's reprints."""
    return next((reprints[0] for reprints in case.reprints if article in reprints), article)


def groups(case: Case, articles: Iterable[str]) -> set[str]:
    """The ids of the articles' reports."""
    return {group(case, article) for article in articles}
