"""Scores cover the cases that have a reply, and no others."""

import pytest

from eval.cases import Case
from eval.metrics.metric import Metric, Observation, SetMetric
from eval.runs import Run
from eval.scores import Scores
from eval.scoring import cluster_of, score, slices_of
from rag.errors import BadInput
from tests.eval.making_runs import METRICS, SET_METRICS, case, run_of

RIGHT, WRONG = "Ada Lund did.", "Bo Berg did."


def scored(run: Run) -> Scores:
    return score(run, resamples=500, metrics=METRICS, set_metrics=SET_METRICS)


def test_means_are_over_the_cases_that_the_metric_applies_to() -> None:
    cases = [case("a"), case("b"), case("c", answers=(), kind="unanswerable")]

    found = scored(run_of(cases, {"a": RIGHT, "b": WRONG, "c": ""}))

    assert found.cases["correct"] == {"a": 1.0, "b": 0.0}
    assert (found.overall["correct"].value, found.overall["correct"].n) == (0.5, 2)
    assert found.overall["length"].n == 3


def test_an_errored_case_is_never_a_zero() -> None:
    found = scored(run_of([case("a"), case("b"), case("c")], {"a": RIGHT, "b": None}))

    assert found.overall["correct"].value == 1.0
    assert found.overall["correct"].n == 1
    assert found.errored == ("b", "c")  # c was never reached


def test_a_run_of_errors_alone_scores_nothing() -> None:
    found = scored(run_of([case("a")], {"a": None}))

    assert {interval.n for interval in found.overall.values()} == {0}
    assert not found.slices


def test_slices_are_the_kinds_and_what_the_cases_name() -> None:
    cases = [case("a", slices={"month": "May"}), case("b", slices={"month": "June"}), case("c", kind="stale")]

    found = scored(run_of(cases, {"a": RIGHT, "b": WRONG, "c": RIGHT}))

    assert list(found.slices) == ["kind=answerable", "kind=stale", "month=May", "month=June"]
    assert found.slices["kind=answerable"]["correct"].value == 0.5
    assert found.slices["month=May"]["correct"].value == 1.0
    assert found.slices["month=May"]["correct"].low is None  # a single case gives no interval


def test_a_metric_of_many_cases_has_an_interval_too() -> None:
    names = [str(number) for number in range(60)]

    found = scored(
        run_of([case(name) for name in names], dict.fromkeys(names[:30], RIGHT) | dict.fromkeys(names[30:], ""))
    )

    declined = found.overall["declined"]
    assert declined.value == 0.5
    assert declined.low == pytest.approx(0.5 - 1.96 * 0.5 / 60**0.5, abs=0.03)
    assert declined.high == pytest.approx(0.5 + 1.96 * 0.5 / 60**0.5, abs=0.03)


def test_questions_about_one_story_count_as_one() -> None:
    names = [str(number) for number in range(40)]
    texts = {name: RIGHT if int(name) % 2 else WRONG for name in names}

    apart = scored(run_of([case(name) for name in names], texts)).overall["correct"]
    stories = [case(name, articles=(f"story {int(name) // 8 * 2 + int(name) % 2}",)) for name in names]
    together = scored(run_of(stories, texts)).overall["correct"]

    assert together.value == apart.value
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


@pytest.mark.parametrize(
    ("one", "cluster"),
    [(case("a", cluster="flood", articles=("x",)), "flood"), (case("a", articles=("x", "y")), "x"), (case("a"), "a")],
)
def test_a_case_is_counted_with_its_story_else_its_article_else_alone(one: Case, cluster: str) -> None:
    assert cluster_of(one) == cluster


def test_how_many_stories_there_are_is_counted() -> None:
    cases = [case(str(number), cluster=f"story {number % 5}") for number in range(40)]

    found = scored(run_of(cases, {one.id: RIGHT for one in cases}))

    assert found.overall["correct"].clusters == found.overall["declined"].clusters == 5


def test_a_metric_of_many_cases_that_never_differs_is_no_certainty() -> None:
    cases = [case(str(number)) for number in range(12)]

    declined = scored(run_of(cases, {one.id: RIGHT for one in cases})).overall["declined"]

    assert (declined.low, declined.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 12)))


def test_a_slice_that_calls_itself_a_kind_counts_no_question_twice() -> None:
    cases = [case("a", slices={"kind": "stale"}), case("b", kind="stale")]

    assert {name: len(part) for name, part in slices_of(cases).items()} == {"kind=answerable": 1, "kind=stale": 1}


def test_a_metric_of_many_cases_that_is_no_number_has_no_value() -> None:
    odd = SetMetric("odd", "robustness", "", lambda seen: float("nan"))

    assert score(run_of([case("a")], {"a": RIGHT}), metrics=(), set_metrics=[odd]).overall["odd"].n == 0


def test_a_metric_that_raises_stops_the_scoring() -> None:
    def broken(seen: Observation) -> float | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        score(run_of([case("a")], {"a": RIGHT}), metrics=[Metric("broken", "answers", "", broken)], set_metrics=())


@pytest.mark.parametrize(("value", "binary"), [(float("nan"), False), (float("inf"), False), (0.5, True)])
def test_a_metric_that_says_what_it_may_not_stops_the_scoring(value: float, binary: bool) -> None:
    metric = Metric("odd", "answers", "", lambda seen: value, binary=binary)

    with pytest.raises(ValueError, match="odd"):
        score(run_of([case("a")], {"a": RIGHT}), metrics=[metric], set_metrics=())


def test_a_reply_to_what_was_never_asked_is_refused() -> None:
    with pytest.raises(BadInput, match="'other'"):
        scored(run_of([case("a")], {"a": RIGHT, "other": RIGHT}))


def test_scoring_twice_says_the_same() -> None:
    run = run_of([case("a"), case("b"), case("c")], {"a": RIGHT, "b": WRONG, "c": ""})

    assert scored(run) == scored(run)
