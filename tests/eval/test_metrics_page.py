"""docs/metrics.md lists every metric with the code's definition."""

from pathlib import Path

from eval.metrics import METRICS, SET_METRICS, as_markdown

PAGE = Path(__file__).parent.parent.parent / "docs" / "metrics.md"


def test_the_page_has_the_definitions_of_the_code() -> None:
    told = PAGE.read_text("utf-8")

    assert told.endswith(as_markdown()), (
        "docs/metrics.md is stale: put `python -m eval.metrics` behind its last heading"
    )


def test_every_metric_has_one_row() -> None:
    rows = [line for line in as_markdown().splitlines() if line.startswith("| `")]

    assert len(rows) == len(METRICS) + len(SET_METRICS)


def test_what_is_told_by_hand_names_known_metrics_only() -> None:
    known = {metric.name for metric in (*METRICS, *SET_METRICS)}
    by_hand = PAGE.read_text("utf-8").partition("## Definitions")[0]
    named = {word for word in by_hand.split("`")[1::2] if "_" in word and word not in ("suite.toml",)}

    assert named <= known
