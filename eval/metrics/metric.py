"""The type of a metric; each is defined in a file of its family."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, wraps
from typing import Literal

from eval.cases import Case, Suite, Task
from eval.replies import Reply
from eval.runs import SourceText

Family = Literal["retrieval", "answers", "citations", "abstention", "disagreement", "robustness", "operations"]
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a case shares with the others of its suite: `days` are when articles were published, by id."""

    task: Task = "ask"
    days: Mapping[str, date] = field(default_factory=dict)
    labels: tuple[str, ...] = ()


def setting_of(suite: Suite) -> Setting:
    """The setting of a suite's cases; its articles may come without their text."""
    days = {one.id: one.source.published for one in suite.articles if one.source.published}
    return Setting(suite.task, days, tuple(dict.fromkeys(case.label for case in suite.cases if case.label)))


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """A case, what was replied to it, and the articles that the reply points to. Errors are no observations.

    Two observations are never the same one, so that what is worked out of one is kept for the other metrics.
    """

    case: Case
    reply: Reply
    texts: Mapping[str, SourceText]
    seconds: float
    setting: Setting = Setting()


@dataclass(frozen=True, slots=True)
class Metric:
    """One number for each case, averaged over the cases; `value` is None where it does not apply.

    `about` is its exact definition, `source` the paper or script it is taken from. `binary`: 0 or 1 only.
    """

    name: str
    family: Family
    about: str
    value: Callable[[Observation], float | None]
    binary: bool = False
    better: Better = "higher"
    source: str = ""


@dataclass(frozen=True, slots=True)
class SetMetric:
    """One number for many cases at once, as an area under a curve is."""

    name: str
    family: Family
    about: str
    value: Callable[[Sequence[Observation]], float | None]
    better: Better = "higher"
    source: str = ""


kept = lru_cache(maxsize=1 << 15)  # a set metric asks the same of every observation once for each resample


def of_answers(value: Callable[[Observation], float | None]) -> Callable[[Observation], float | None]:
    """The metric of answers alone: what a search found has no value. An answer without a word is an answer."""

    @wraps(value)
    def of_an_answer(one: Observation) -> float | None:
        return value(one) if one.setting.task == "ask" else None

    return of_an_answer
