"""The pull-request comment puts the verdict first and escapes whatever a question or an answer contains."""

from eval.comparing import compare, gate
from eval.markdown import comparison_summary, run_summary, safe
from eval.runs import Run
from eval.scores import Scores
from eval.scoring import score
from tests.eval.making_runs import METRICS, SET_METRICS, case, run_of

RIGHT, WRONG = "Ada Lund did.", "Bo Berg did."


def scored(run: Run) -> Scores:
    return score(run, resamples=200, metrics=METRICS, set_metrics=SET_METRICS)


def test_a_run_has_its_primary_metric_first_and_its_failures_folded() -> None:
    run = run_of([case("a"), case("b"), case("c")], {"a": RIGHT, "b": WRONG, "c": None})

    text = run_summary(run, scored(run))

    assert "3 questions, 1 failed, 1 errored." in text
    assert "| correct | 0.500 | 0.000 to 1.000 | 2 | 2 |" in text
    assert text.index("| correct |") < text.index("<summary>Other metrics</summary>") < text.index("| length |")
    assert "<summary>1 question errored</summary>" in text


def test_a_comparison_says_its_outcome_first_and_what_flipped() -> None:
    names = [f"q{number}" for number in range(40)]
    cases = [case(name) for name in names]
    old, new = run_of(cases, dict.fromkeys(names, RIGHT)), run_of(cases, dict.fromkeys(names, WRONG))
    found = compare(
        (old, scored(old)), (new, scored(new)), margin=0.05, resamples=200, metrics=METRICS, set_metrics=SET_METRICS
    )

    text = comparison_summary(found, new, gate(found))

    assert "Gate: ❌ **failed**" in text.split("\n\n")[1]
    assert (
        "| correct | 1.000 | 0.000 | −1.000 | −1.000 to −0.824 | 40 | 40 | 0.443 | <0.001 | <0.001 | **worse** |"
        in text
    )
    assert "<summary>40 questions lost</summary>" in text
    assert "gained" not in text


def test_nothing_that_was_said_is_markup() -> None:
    assert safe("<img src=x>") == "&lt;img src=x&gt;"
    assert safe("a|b\nc") == "a\\|b c"
    assert safe("[here](http://x)") == "\\[here\\]\\(http://x\\)"
    assert "@\u2060anna" in safe("ask @anna")
    assert len(safe("x" * 1000)) == 301


def test_a_summary_of_many_failures_stays_short() -> None:
    names = [f"q{number}" for number in range(500)]
    run = run_of([case(name) for name in names], dict.fromkeys(names, "Bo Berg " * 500))

    text = run_summary(run, scored(run))

    assert len(text) < 65_536
    assert "more, in the report." in text


def test_whatever_was_said_a_comment_has_room_for_it() -> None:
    names = [f"{'<' * 290}{number}" for number in range(300)]
    cases = [
        case(name, question="&" * 999, slices={"topic": "|" * 999 + name}, kind="`" * 299 + name[-1])
        for name in names
    ]
    settings = {f"{'_' * 290}{number}": "#1 " * 300 for number in range(90)}
    old = run_of(cases, dict.fromkeys(names[:200], RIGHT) | dict.fromkeys(names[200:], None), settings=settings)
    new = run_of([*cases[:250]], dict.fromkeys(names[:240], "&lt;" * 500))
    found = compare(
        (old, scored(old)), (new, scored(new)), margin=0.05, resamples=20, metrics=METRICS, set_metrics=SET_METRICS
    )

    assert len(run_summary(new, scored(new))) < 65_000
    assert len(comparison_summary(found, new, gate(found))) < 65_000


def test_slices_have_their_intervals_in_a_run_and_in_a_comparison() -> None:
    names = [f"q{number}" for number in range(40)]
    cases = [case(name, kind="stale" if number < 10 else "fresh") for number, name in enumerate(names)]
    old, new = run_of(cases, dict.fromkeys(names, RIGHT)), run_of(cases, dict.fromkeys(names, WRONG))
    found = compare(
        (old, scored(old)), (new, scored(new)), margin=0.05, resamples=200, metrics=METRICS, set_metrics=SET_METRICS
    )

    assert "| kind=stale | correct | 0.000 | 0.000 to 0.308 | 10 | 10 |" in run_summary(new, scored(new))
    assert "| kind=stale | correct | 1.000 | 0.000 | −1.000 |" in comparison_summary(found, new)
