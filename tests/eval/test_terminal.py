"""Terminal output shows an interval with every mean."""

from eval.comparing import compare
from eval.runs import Run
from eval.scores import Scores
from eval.scoring import score
from eval.terminal import comparison_lines, run_lines
from tests.eval.making_runs import METRICS, SET_METRICS, case, run_of

RIGHT, WRONG = "Ada Lund did.", "Bo Berg did."
CASES = [
    case(str(number), kind="stale" if number < 10 else "fresh", cluster=f"story {number % 5}") for number in range(40)
]
OLD = run_of(CASES, {one.id: RIGHT for one in CASES})
NEW = run_of(CASES, {one.id: WRONG if one.kind == "stale" else RIGHT for one in CASES})


def scored(run: Run) -> Scores:
    return score(run, resamples=200, metrics=METRICS, set_metrics=SET_METRICS)


def words(line: str) -> list[str]:
    return line.split()


def test_a_run_has_its_slices_with_intervals_and_says_how_many_groups_there_are() -> None:
    lines = [words(line) for line in run_lines(NEW, scored(NEW))]

    assert ["correct", "by", "slice", "mean", "95%", "interval", "n", "groups"] in lines
    assert ["kind=stale", "0.000", "0.000", "to", "0.522", "10", "5"] in lines
    assert any(line[:3] == ["Questions", "that", "share"] for line in lines)


def test_a_comparison_has_its_slices_and_what_could_be_detected() -> None:
    found = compare(
        (OLD, scored(OLD)), (NEW, scored(NEW)), margin=0.05, resamples=200, metrics=METRICS, set_metrics=SET_METRICS
    )

    lines = list(comparison_lines(found, None))

    (heads,) = (line for line in lines if line.startswith("metric "))
    assert words(heads)[-4:] == ["n", "groups", "detectable", "verdict"]
    assert any(words(line)[:4] == ["kind=stale", "1.000", "0.000", "−1.000"] for line in lines)
    assert any(line.startswith("correct by slice") for line in lines)
