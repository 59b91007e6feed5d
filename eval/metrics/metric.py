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
    """What all cases of a suite share: the task, publication days by article id, and labels."""

    task: Task = "ask"
    days: Mapping[str, date] = field(default_factory=dict)
    labels: tuple[str, ...] = ()


def setting_of(suite: Suite) -> Setting:
    """The setting of a suite's cases; articles may be without text."""
    days = {one.id: one.source.published for one in suite.articles if one.source.published}
    return Setting(suite.task, days, tuple(dict.fromkeys(case.label for case in suite.cases if case.label)))


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """A case with its reply, and the articles that the reply cites. Errored cases have no observation.

    Compared by identity, so that caches of intermediate results can use it as a key.
    """

    case: Case
    reply: Reply
    texts: Mapping[str, SourceText]
    seconds: float
    setting: Setting = Setting()


@dataclass(frozen=True, slots=True)
class Metric:
    """A number for each case, averaged over the cases; `value` is None where it does not apply.

    `about` is its exact definition, `source` the paper or script that it is from. `binary`: 0 or 1 only.
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
    """A number for many cases together, such as the area under a curve."""

    name: str
    family: Family
    about: str
    value: Callable[[Sequence[Observation]], float | None]
    better: Better = "higher"
    source: str = ""


kept = lru_cache(maxsize=1 << 15)  # set metrics need the same of every observation for each resample


def of_answers(value: Callable[[Observation], float | None]) -> Callable[[Observation], float | None]:
    """Restricts a metric to answers: it does not apply to search suites."""

    @wraps(value)
    def of_an_answer(one: Observation) -> float | None:
        return value(one) if one.setting.task == "ask" else None

    return of_an_answer
