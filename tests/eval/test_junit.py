"""JUnit output has a test for each question and for each metric of a gate."""

from collections.abc import Mapping
from xml.etree import ElementTree

import pytest

from eval.comparing import Comparison, compare, gate
from eval.junit import gate_junit, run_junit
from eval.runs import Run
from eval.scores import Scores
from eval.scoring import score
from tests.eval.making_runs import METRICS, SET_METRICS, case, run_of

RIGHT, WRONG = "Ada Lund did.", "Bo Berg did."
NAMES = [f"q{number}" for number in range(20)]


def scored(run: Run) -> Scores:
    return score(run, resamples=200, metrics=METRICS, set_metrics=SET_METRICS)


def compared(new: Mapping[str, str | None]) -> Comparison:
    cases = [case(name) for name in NAMES]
    runs = [run_of(cases, dict.fromkeys(NAMES, RIGHT)), run_of(cases, dict.fromkeys(NAMES, RIGHT) | dict(new))]
    scores = [(run, scored(run)) for run in runs]
    return compare(*scores, margin=0.05, resamples=200, metrics=METRICS, set_metrics=SET_METRICS)


def suite_of(xml: str) -> ElementTree.Element:
    (suite,) = ElementTree.fromstring(xml.encode())
    return suite


def test_every_case_is_a_test() -> None:
    texts = {"a": RIGHT, "b": WRONG, "c": None}
    run = run_of([case(name) for name in "abcd"], texts)

    suite = suite_of(run_junit(run, scored(run)))

    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "2",
        "skipped": "0",
    }
    passed, failed, errored, never = suite
    assert len(passed) == 0
    assert (failed[0].tag, failed[0].get("message")) == ("failure", "missed correct")
    assert failed[0].text == "expected: Ada Lund\nsaid: Bo Berg did. [1]"
    assert errored[0].get("message") == "The service did not answer in 30 seconds."
    assert never[0].get("message") == "The run never reached this question."


def test_whatever_was_said_the_file_is_xml() -> None:
    run = run_of([case("a", question='Is 1 < 2 & "so"?\x0b')], {"a": "]]> <b>\x00\x1b[31m \ud800"})

    (test,) = suite_of(run_junit(run, scored(run)))

    assert test.get("name") == 'a: Is 1 < 2 & "so"?\ufffd'
    assert "]]> <b>\ufffd" in (test[0].text or "")


@pytest.mark.parametrize(
    ("wrong", "strict", "found"),
    [(20, False, ["failure"]), (1, False, ["skipped"]), (1, True, ["failure"]), (0, True, ["system-out"])],
)
def test_every_primary_metric_of_a_gate_is_a_test(wrong: int, strict: bool, found: list[str]) -> None:
    comparison = compared(dict.fromkeys(NAMES[:wrong], WRONG))

    suite = suite_of(gate_junit(comparison, gate(comparison, strict=strict)))

    assert [test.get("name") for test in suite] == ["correct", "errored", "paired"]
    assert [child.tag for child in suite[0]] == found
    assert len(suite[1]) == 0


def test_errors_fail_a_gate_by_themselves() -> None:
    comparison = compared({NAMES[0]: None})

    suite = suite_of(gate_junit(comparison, gate(comparison)))

    assert suite[1][0].tag == "failure"
    assert suite[1][0].get("message") == "1 of 20 questions errored: more than 1%."


def test_questions_that_were_lost_fail_a_gate_by_themselves() -> None:
    asked, kept = [case(name) for name in NAMES], [case(name) for name in NAMES[2:]]
    runs = [run_of(cases, {one.id: RIGHT for one in cases}) for cases in (asked, kept)]
    old, new = ((run, scored(run)) for run in runs)
    comparison = compare(old, new, margin=0.05, resamples=200, metrics=METRICS, set_metrics=SET_METRICS)

    suite = suite_of(gate_junit(comparison, gate(comparison)))

    assert [len(test) for test in suite[1:]] == [0, 1]
    assert suite[2][0].text == "q0\nq1"
