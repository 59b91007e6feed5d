"""The types of a suite: questions with their expected answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from rag.articles import Article, Filters, Turn

Facts = tuple[tuple[str, ...], ...]  # each fact as its spellings, any of which counts
Task = Literal["ask", "search"]


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what is expected; without `answers` and `label`, the right reply is to decline.

    `kind` is the slice that it counts in, `slices` further ones (name → value). `articles` are the ids that are right
    to cite; `reprints` groups ids of one report, which count once; `grades` are relevance grades where articles
    differ (1 each otherwise). `evidence` are whole sentences that answer. `wrong_answers` must not be said;
    `stale_answers` were right once. `cluster` names what it shares with other cases (an article, a story), so that
    intervals do not count it twice.
    """

    id: str
    question: str
    kind: str = "answerable"
    answers: Facts = ()
    label: str | None = None
    wrong_answers: tuple[str, ...] = ()
    stale_answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    reprints: tuple[tuple[str, ...], ...] = ()
    grades: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    disagreement: Facts = ()
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    as_of: date | None = None
    slices: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    note: str = ""

    @property
    def answerable(self) -> bool:
        """Whether an answer is expected."""
        return bool(self.answers) or self.label is not None


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions over some articles. `primary` are the metrics that a release is judged by.

    `notes` say what was left out when it was read, and what looks doubtful.
    """

    name: str
    about: str
    cases: tuple[Case, ...]
    articles: tuple[Article, ...]
    task: Task = "ask"
    primary: tuple[str, ...] = ()
    licence: str = ""
    notes: tuple[str, ...] = ()


def with_rejections(primary: tuple[str, ...], cases: Sequence[Case]) -> tuple[str, ...]:
    """Adds `reject_recall` to the primary metrics where some cases must be declined."""
    return (*primary, "reject_recall") if any(not case.answerable for case in cases) else primary
