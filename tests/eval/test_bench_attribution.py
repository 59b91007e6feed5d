"""The attribution benchmark on invented articles: sampling, alterations, scoring."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from eval.bench.attribution import Sample, TraceResult, baseline, divided, draw, earliest_first, shares
from rag.errors import BadInput
from tests.making import article

SEEDS = Path(__file__).parents[2] / "seeds"
KEPT = [
    article(
        f"kept {number}",
        f"The storm killed {number} people in the town of Ely on Friday, mayor Anna Berg said, and left {number},000 "
        "homes without power. “We did not expect it,” she said — not at all.",
        f"Photo number {number} by Jo Li shows the town hall after the storm had passed over it.",
        captions=[2],
    )
    for number in range(10, 20)
]
LEFT = [
    article("away", "The central bank of Norway raised its interest rate by half a point on Thursday morning."),
    article("partly", "The storm killed 12 people in the town of Ely on Friday, and then it went out to sea."),
]


def test_which_articles_are_left_out_hangs_on_their_ids_alone() -> None:
    kept, left = divided([*KEPT, *LEFT], 0.3)
    again, _ = divided([*LEFT, *KEPT[::-1]], 0.3)

    assert len(kept) + len(left) == 12
    assert {one.id for one in kept} == {one.id for one in again}
    assert divided(KEPT, 0) == (KEPT, [])
    with pytest.raises(BadInput):
        divided(KEPT, 1)


def test_one_number_or_name_is_changed_and_nothing_else() -> None:
    samples = draw(KEPT, LEFT, 40)

    assert samples["a number changed"] and samples["a name changed"]
    originals = [sample.text for sample in samples["as it is"]]
    for sample in (*samples["a number changed"], *samples["a name changed"]):
        assert sample.changed and sample.changed in sample.text
        assert sample.text not in originals
        assert any(
            len(set(sample.text.split()) - set(one.split())) <= 1 and len(sample.text.split()) == len(one.split())
            for one in originals
        )


def test_what_an_article_of_the_library_shares_in_part_is_counted_apart() -> None:
    samples = draw(KEPT, LEFT, 40)

    assert {sample.article for sample in samples["not here"]} == {"away"}
    assert {sample.article for sample in samples["partly here"]} == {"partly"}
    assert all(sample.text.startswith("Photo number") for sample in samples["captions, footers"])


def test_the_shares_are_of_all_samples() -> None:
    samples = [Sample(f"text {n}", f"article {n}", frozenset({f"article {n}"}), "2012") for n in range(4)]
    told = [
        TraceResult("article 0", edited=True, edits=("2012",)),
        TraceResult("article 1", edited=True, edits=("else",)),
        TraceResult("article 1"),
        TraceResult(None),
    ]

    found = {what: share.value for what, share in shares(told, samples).items()}

    assert found == {"right": 0.5, "wrong": 0.25, "flagged": 0.5, "named": 0.25, "declined": 0.25}
    assert shares([], []) == {}


def test_the_baseline_is_silent_below_the_similarity_that_suits_it() -> None:
    samples = {
        "as it is": [Sample("x", "a", frozenset({"a"})), Sample("y", "b", frozenset({"b"}))],
        "not here": [Sample("z", "c", frozenset())],
    }
    told = baseline({"as it is": [("a", 0.9), ("b", 0.8)], "not here": [("a", 0.7)]}, samples)

    assert [one.article for one in told["as it is"]] == ["a", "b"]
    assert [one.article for one in told["not here"]] == [None]


def test_the_earliest_is_looked_at_where_several_dated_articles_hold_the_words() -> None:
    dated = [article("old", "x", published=date(2020, 1, 1)), article("new", "x", published=date(2020, 2, 1))]
    both = Sample("x", "new", frozenset({"old", "new"}))

    assert earliest_first([TraceResult("old"), TraceResult("new")], [both, both], dated) == [True, False]
    assert earliest_first([TraceResult("old")], [Sample("x", "old", frozenset({"old"}))], dated) == []


def test_anyone_can_measure_their_own_articles() -> None:
    command = [sys.executable, "-m", "eval.bench.attribution", str(SEEDS), "--excerpts", "20", "--leave-out", "0.3"]

    ran = subprocess.run(command, capture_output=True, text=True, cwd=SEEDS.parent)

    assert ran.returncode == 0, ran.stderr
    assert "as it is" in ran.stdout and "right 1.000" in ran.stdout
    assert "baseline" in ran.stdout


def test_too_few_articles_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("Rain in Spain\n\nIt rained for three days in Seville.\n")
    command = [sys.executable, "-m", "eval.bench.attribution", str(tmp_path)]

    ran = subprocess.run(command, capture_output=True, text=True, cwd=SEEDS.parent)

    assert ran.returncode == 1
    assert ran.stderr.strip().endswith("name files or folders that hold them.")
