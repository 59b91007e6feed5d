"""Groups articles that are one report: reprints count once."""

from __future__ import annotations

from collections.abc import Iterable

from eval.cases import Case


def group(case: Case, article: str) -> str:
    """The id that stands for the article and all its reprints."""
    return next((reprints[0] for reprints in case.reprints if article in reprints), article)


def groups(case: Case, articles: Iterable[str]) -> set[str]:
    """The reports that the articles are."""
    return {group(case, article) for article in articles}
