"""Comparisons are paired by question; the gate fails on a significant loss, not on noise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from eval.cases import Case
from eval.comparing import Comparison, compare, gate
from eval.differences import Difference
from eval.runs import Run, suite_hash
from eval.scoring import score
from eval.statistics import holm, mcnemar, swap
from rag.errors import BadInput
from tests.eval.making_runs import METRICS, SET_METRICS, case, run_of

RIGHT, WRONG = "Ada Lund did.", "Bo Berg did."


def names(n: int) -> list[str]:
    return [f"q{number}" for number in range(n)]


def said(n: int, wrong: range) -> dict[str, str | None]:
    return {name: WRONG if number in wrong else RIGHT for number, name in enumerate(names(n))}


def compared(old: Run, new: Run, margin: float = 0.05, **options: Any) -> Comparison:
    runs = [(run, score(run, resamples=100, metrics=METRICS, set_metrics=SET_METRICS)) for run in (old, new)]
    return compare(
        *runs,
        margin=margin,
        resamples=2_000,
        metrics=METRICS,
        set_metrics=SET_METRICS,
        **options,
    )


def of(n: int, old: range, new: range, margin: float = 0.05) -> Comparison:
    """Two runs of n questions, with these ones wrong."""
    cases = [case(name) for name in names(n)]
    return compared(run_of(cases, said(n, old)), run_of(cases, said(n, new)), margin)


def correct(comparison: Comparison) -> Difference:
    (one,) = comparison.primary
    return one


def test_an_identical_run_passes_with_no_change() -> None:
    found = of(20, range(5), range(5))

    assert correct(found).verdict == "unchanged"
    assert found.flips == ()
    assert gate(found, strict=True).outcome == "passed"
    assert gate(found).reasons == ("correct: no change over 20 questions.",)


def test_a_run_that_lost_much_fails() -> None:
    found = of(100, range(0), range(30))

    assert correct(found).verdict == "worse"
    assert correct(found).change.value == pytest.approx(-0.3)
    assert correct(found).p == pytest.approx(mcnemar(30, 0))
    assert (gate(found).outcome, gate(found).status) == ("failed", 1)
    assert "worse by more than the margin of 0.050" in gate(found).reasons[0]


def test_a_run_that_gained_much_is_better() -> None:
    found = of(100, range(30), range(0))

    assert correct(found).verdict == "better"
    assert gate(found).outcome == "passed"
    assert all(flip.improved for flip in found.flips)


def test_a_few_lost_questions_of_few_are_inconclusive() -> None:
    found = of(20, range(0), range(2))

    told = gate(found)
    assert correct(found).verdict == "inconclusive"
    assert (told.outcome, told.status) == ("inconclusive", 0)
    assert gate(found, strict=True).status == 1
    effect = 2.8 * (0.1 / 20) ** 0.5
    assert correct(found).effect == pytest.approx(effect)
    assert correct(found).needed == pytest.approx(20 * (effect / 0.05) ** 2, abs=1)
    assert "in 4 of 5 runs. One as small as the margin needs about 314 questions." in told.reasons[0]


def test_a_few_lost_questions_of_many_are_within_the_margin() -> None:
    found = of(400, range(0), range(2))

    assert correct(found).verdict == "not worse"
    assert gate(found).outcome == "passed"


def test_a_rise_that_luck_explains_is_not_called_better() -> None:
    found = of(100, range(2), range(0))

    assert correct(found).verdict == "not worse"


def test_one_question_alone_is_inconclusive() -> None:
    found = of(1, range(0), range(1))

    assert correct(found).verdict == "inconclusive"
    assert correct(found).lower is None


def test_of_a_metric_that_should_be_low_a_rise_is_a_loss() -> None:
    cases = [case(name) for name in names(30)]
    old, new = run_of(cases, dict.fromkeys(names(30), "No.")), run_of(cases, dict.fromkeys(names(30), "No, never."))

    found = compared(old, new, primary=["length"])

    (length,) = found.primary
    assert length.change.value > 0
    assert length.verdict == "worse"
    assert not any(flip.improved for flip in found.flips)


def test_a_metric_of_many_cases_is_compared_too() -> None:
    cases = [case(name) for name in names(60)]
    old = run_of(cases, dict.fromkeys(names(60), RIGHT))
    new = run_of(cases, dict.fromkeys(names(60), RIGHT) | dict.fromkeys(names(20), ""))

    (declined,) = compared(old, new, primary=["declined"]).primary
    (unchanged,) = compared(old, old, primary=["declined"]).primary

    assert declined.change.value == pytest.approx(1 / 3)
    assert declined.verdict == "worse"
    assert declined.p is not None
    assert declined.p < 0.01
    assert unchanged.verdict == "unchanged"


def test_holm_counts_the_primary_metrics_and_no_others() -> None:
    cases = [case(name) for name in names(40)]
    old, new = run_of(cases, said(40, range(10))), run_of(cases, said(40, range(4)))

    both = compared(old, new, primary=["correct", "length"])
    alone = compared(old, new)

    assert [one.metric for one in both.differences] == ["correct", "length", "declined"]
    assert tuple(one.adjusted for one in both.primary) == holm([one.p or 0.0 for one in both.primary])
    assert correct(alone).adjusted == correct(alone).p
    assert both.differences[2].adjusted is None


def test_questions_of_one_story_are_tested_as_one() -> None:
    stories = [case(name, cluster=f"story {number // 10}") for number, name in enumerate(names(40))]
    old, new = run_of(stories, said(40, range(10))), run_of(stories, said(40, range(0)))

    assert correct(compared(old, new)).p == 1.0  # one story that changed may as well have changed the other way


@pytest.mark.parametrize(
    ("texts", "reason"),
    [({"a": None, "b": RIGHT}, "it errored in the old run"), ({"b": RIGHT}, "it errored in the old run")],
)
def test_a_case_that_errored_before_is_left_out_and_said_so(texts: Mapping[str, str | None], reason: str) -> None:
    cases = [case("a"), case("b")]

    found = compared(run_of(cases, texts), run_of(cases, {"a": WRONG, "b": RIGHT}))

    assert found.pairs == ("b",)
    assert found.unpaired == (("a", reason),)


def test_a_case_that_asks_something_else_is_left_out_and_said_so() -> None:
    texts: dict[str, str | None] = {"a": RIGHT, "b": RIGHT}
    old = run_of([case("a"), case("b")], texts)
    new = run_of([case("a"), case("b", answers=(("Bo Berg",),))], texts)

    found = compared(old, new)

    assert found.pairs == ("a",)
    assert found.unpaired == (("b", "the suites ask or expect something else"),)
    assert "The suites differ: only cases that are equal in both are compared." in found.notes


def test_a_note_or_a_slice_changes_no_question() -> None:
    old = run_of([case("a"), case("b")], {"a": RIGHT, "b": RIGHT})
    new = run_of([case("a", note="checked"), case("b", slices={"month": "May"})], {"a": RIGHT, "b": RIGHT})

    assert compared(old, new).pairs == ("a", "b")


def test_cases_of_one_suite_alone_are_named() -> None:
    old = run_of([case("a"), case("gone")], {"a": RIGHT, "gone": RIGHT})
    new = run_of([case("a"), case("added")], {"a": RIGHT, "added": RIGHT})

    assert compared(old, new).unpaired == (
        ("added", "only the new run's suite has it"),
        ("gone", "only the old run's suite has it"),
    )


def test_runs_that_share_nothing_cannot_be_compared() -> None:
    with pytest.raises(BadInput, match="share no case"):
        compared(run_of([case("a")], {"a": RIGHT}), run_of([case("b")], {"b": RIGHT}))


def test_runs_of_different_tasks_cannot_be_compared() -> None:
    run = run_of([case("a")], {"a": RIGHT})

    with pytest.raises(BadInput, match="different tasks"):
        compared(run, replace(run, suite=replace(run.suite, task="search")))


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf")])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(BadInput, match="margin"):
        of(3, range(0), range(0), margin)


def test_an_unknown_primary_metric_is_refused() -> None:
    run = run_of([case("a")], {"a": RIGHT})

    with pytest.raises(BadInput, match="'beauty'"):
        compared(run, run, primary=["beauty"])


def test_a_gate_without_primary_metrics_is_refused() -> None:
    run = run_of([case("a")], {"a": RIGHT})
    bare = replace(run, suite=replace(run.suite, primary=()))

    with pytest.raises(BadInput, match="primary"):
        gate(compared(bare, bare))


def test_a_primary_metric_that_no_case_has_is_inconclusive() -> None:
    run = run_of([case("a", answers=())], {"a": ""})

    told = gate(compared(run, run))

    assert (told.outcome, told.status) == ("inconclusive", 1)
    assert told.reasons == ("correct: inconclusive: no question has it in both runs.",)


@pytest.mark.parametrize(("errors", "outcome"), [(1, "passed"), (2, "failed")])
def test_more_than_one_question_in_a_hundred_that_errored_fails_the_gate(errors: int, outcome: str) -> None:
    cases: list[Case] = [case(name) for name in names(100)]
    old = run_of(cases, said(100, range(0)))
    new = run_of(cases, said(100, range(0)) | dict.fromkeys(names(errors), None))

    told = gate(compared(old, new))

    assert told.outcome == outcome
    if outcome == "failed":
        assert told.reasons == ("2 of 100 questions errored: more than 1%.",)


def in_stories(n: int, stories: int) -> list[Case]:
    return [case(name, cluster=f"story {number % stories}") for number, name in enumerate(names(n))]


@pytest.mark.parametrize("stories", [1, 2, 3, 5, 19])
def test_a_collapse_fails_however_few_stories_the_questions_share(stories: int) -> None:
    cases = in_stories(60, stories)

    found = compared(run_of(cases, said(60, range(0))), run_of(cases, said(60, range(60))))

    assert correct(found).verdict == "worse"
    assert gate(found).status == 1


def test_one_story_that_is_lost_of_five_fails_and_says_why() -> None:
    cases = [case(name, cluster=f"story {min(number // 18, 4)}") for number, name in enumerate(names(60))]

    found = compared(run_of(cases, said(60, range(0))), run_of(cases, said(60, range(18))))

    assert correct(found).upper is not None and correct(found).upper > -0.05
    assert gate(found).outcome == "failed"
    assert "over 60 questions in 4 groups." in gate(found).reasons[0]
    assert "a test of single questions is significant (p <0.001)." in gate(found).reasons[0]


def test_few_lost_questions_of_few_stories_are_inconclusive_and_say_what_to_ask() -> None:
    cases = in_stories(60, 5)

    found = compared(run_of(cases, said(60, range(0))), run_of(cases, said(60, range(3))))

    assert gate(found).outcome == "inconclusive"
    assert "oo few groups to detect small changes: add articles or stories." in gate(found).reasons[0]
    assert correct(found).needed is None


def test_what_no_share_can_change_by_is_not_called_detectable() -> None:
    cases = in_stories(30, 3)

    found = compared(run_of(cases, said(30, range(0))), run_of(cases, said(30, range(0, 30, 3))))

    assert correct(found).effect is None
    assert "4 of 5 runs" not in gate(found).reasons[0]


def test_of_five_stories_a_rise_is_never_called_better_and_that_is_said() -> None:
    cases = in_stories(60, 5)

    found = compared(run_of(cases, said(60, range(60))), run_of(cases, said(60, range(0))))

    assert correct(found).verdict == "not worse"
    assert gate(found).reasons[0].endswith("Fewer than 6 groups cannot show that it is better.")


def test_a_metric_of_many_cases_collapses_on_one_story_too() -> None:
    cases = in_stories(30, 1)
    old, new = run_of(cases, said(30, range(0))), run_of(cases, dict.fromkeys(names(30), ""))

    (declined,) = compared(old, new, primary=["declined"]).primary

    assert declined.verdict == "worse"


def test_an_old_run_that_errored_nearly_everywhere_does_not_open_the_gate() -> None:
    cases = [case(name) for name in names(60)]
    old = run_of(cases, dict.fromkeys(names(59), None) | {"q59": RIGHT})
    new = run_of(cases, said(60, range(59)))

    told = gate(compared(old, new))

    assert (told.outcome, told.status) == ("failed", 1)
    assert told.reasons[0].startswith("59 of the old run's 60 questions cannot be compared")


def test_questions_taken_out_of_the_suite_do_not_open_the_gate() -> None:
    cases = [case(name) for name in names(60)]
    old, new = run_of(cases, said(60, range(0))), run_of(cases[3:4], {"q3": RIGHT})

    assert gate(compared(old, new)).status == 1


def test_questions_added_to_the_suite_are_no_loss() -> None:
    cases = [case(name) for name in names(60)]
    old, new = run_of(cases[:40], said(40, range(0))), run_of(cases, said(60, range(40, 60)))

    assert gate(compared(old, new)).outcome == "passed"


def test_a_primary_metric_that_the_new_suite_drops_still_judges() -> None:
    cases = [case(name) for name in names(60)]
    old, new = run_of(cases, said(60, range(0))), run_of(cases, said(60, range(60)))
    changed = replace(new, suite=replace(new.suite, primary=("length",)))
    changed = replace(changed, card=replace(changed.card, suite_hash=suite_hash(changed.suite)))

    found = compared(old, changed)

    assert [one.metric for one in found.primary] == ["length", "correct"]
    assert gate(found).status == 1
    assert "The suites' primary metrics differ: correct before, length now. Both sets are judged." in found.notes


def test_a_comparison_has_its_primary_metrics_by_slice() -> None:
    cases = [case(name, kind="stale" if number < 20 else "fresh") for number, name in enumerate(names(40))]

    found = compared(run_of(cases, said(40, range(0))), run_of(cases, said(40, range(10))))

    assert list(found.slices) == ["kind=stale", "kind=fresh"]
    (stale,), (fresh,) = found.slices.values()
    assert (stale.change.value, stale.change.n) == (-0.5, 20)
    assert stale.change.low is not None and stale.change.low < -0.5
    assert fresh.same


def test_what_the_runs_were_made_with_is_compared() -> None:
    cases = [case("a")]
    old = run_of(cases, {"a": RIGHT}, embedding_model="small", settings={"passages": "12"})
    new = run_of(cases, {"a": RIGHT}, embedding_model="large", settings={"passages": "12", "reranker": "big"})

    assert compared(old, new).notes == (
        "The embedding model differs: small before, large now.",
        "The setting reranker differs: none before, big now.",
    )


def test_exchanging_binary_pairs_is_mcnemar_but_for_luck() -> None:
    changes = [1.0] * 9 + [-1.0] * 2 + [0.0] * 9

    p = swap(
        lambda flags: sum(-one if flag else one for one, flag in zip(changes, flags, strict=True)),
        names(20),
        flips=4_000,
    )

    assert p == pytest.approx(mcnemar(2, 9), abs=0.015)
