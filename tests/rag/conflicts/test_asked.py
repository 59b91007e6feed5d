"""Which conflict is on what a question asks."""

import pytest

from rag.articles import Disagreement, Statement, Version
from rag.conflicts import asked

SAID = Statement("Syria lies 1,000 kilometers from Iran, Bennett said Tuesday.", (1,), 0.9, 1, 1)
DISTANCE = Disagreement("…", "differ", (Version("1,000 kilometers", (1,)), Version("1,000 miles", (2,))))
DAY = Disagreement("…", "differ", (Version("Tuesday", (1,)), Version("Sunday", (2,))))


@pytest.mark.parametrize(
    ("question", "on"),
    [
        ("How far is Syria from Iran?", DISTANCE),
        ("When did Bennett say so?", DAY),
        ("Who spoke of Syria?", None),
        ("What did Bennett say on Tuesday, not Sunday?", None),
        ("How far is it: 1,000 kilometers or 1,000 miles?", None),
    ],
)
def test_a_conflict_is_asked_about_where_its_values_are_of_the_kind_wanted_and_new(
    question: str, on: Disagreement | None
) -> None:
    assert asked(question, [SAID], [DAY, DISTANCE]) is on


def test_a_conflict_over_another_statement_is_not_what_was_asked() -> None:
    other = Statement("Iran has 2,000 fighters in Syria.", (3,), 0.9, 1, 1)

    assert asked("How far is Syria from Iran?", [other, SAID], [DISTANCE]) is None
