"""The planted conflicts: enough of them, nearly all found, few false alarms, and each rule's contribution."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest

from eval.bench import ablation, conflicts, origins
from eval.bench.conflicts import alterations, baseline, is_found, judge, precision, read_pairs, recall
from rag.articles import Passage, Source

PRECISION, RECALL = 0.9, 0.8


def test_there_are_enough_pairs_of_either_sort_and_half_of_them_are_held_back() -> None:
    pairs = read_pairs()

    assert sum(pair.label != "none" for pair in pairs) >= 60
    assert sum(pair.label == "none" for pair in pairs) >= 60
    assert {pair.half for pair in pairs} == {"first", "second", "third"}


def test_the_planted_values_stand_in_their_articles() -> None:
    for pair in read_pairs():
        for value, article in zip(pair.values, (pair.one, pair.other), strict=False):
            assert value.lower() in article.text.lower()


@pytest.mark.parametrize("half", ["first", "second", "third"])
def test_what_differs_is_found_and_what_does_not_is_left_alone(half: str) -> None:
    pairs = [pair for pair in read_pairs() if pair.half == half]

    outcomes = [judge(pair) for pair in pairs]
    plain = [judge(pair, baseline) for pair in pairs]

    assert precision(outcomes) >= PRECISION > precision(plain)
    assert recall(outcomes) >= RECALL > recall(plain)


def test_one_value_is_altered_where_two_articles_say_the_same() -> None:
    texts = (
        "The flood on Friday destroyed 120 houses in the valley of Ely, mayor Anna Berg said.",
        "On Friday the flood destroyed 120 houses in the valley of Ely, said mayor Anna Berg. Mrs Berg wept.",
    )
    pool = [
        Passage(Source(str(number), "", None, None, date(2024, 3, 3)), 1, 0, len(text), text, 1.0)
        for number, text in enumerate(texts)
    ]

    altered = [one for one in alterations([pool]) if one.span.passage == 0 and one.pool[0] == pool[0]]

    assert [(one.kind, one.value, one.other) for one in altered] == [
        ("number", "120", "220"),
        ("weekday", "Friday", "Sunday"),
        ("name", "Anna Berg", "Harold Brimley"),
    ]
    assert altered[2].pool[1].text.endswith("said mayor Harold Brimley. Mrs Brimley wept.")
    assert [is_found(one) for one in altered[:2]] == [True, True]
    assert not is_found(replace(altered[0], pool=(pool[0], pool[1])))


def run(main: Callable[[], None], monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
    main()


def test_the_benchmark_prints_precision_and_recall_and_what_is_told_of_the_seeds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(conflicts.main, monkeypatch)
    printed = capsys.readouterr().out

    assert printed.count("rag.conflicts   precision") == printed.count("baseline        precision") == 3
    assert "1,000 kilometers | 1,000 miles" in printed


def test_a_rule_is_switched_off_in_every_module_and_on_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ablation.main, monkeypatch, "conflicts", "origins", "--rules", "causes", "datelines")
    printed = capsys.readouterr().out.splitlines()

    assert len(printed) == 4
    assert printed[0].removeprefix("conflicts: ") != printed[1].removeprefix("  without causes").strip()
    assert printed[2].removeprefix("origins: ") != printed[3].removeprefix("  without datelines").strip()
    assert all(origins.is_counted(group) for group in origins.read_groups())


@pytest.mark.parametrize("area", ablation.AREAS)
def test_every_rule_names_what_it_switches_off(area: str) -> None:
    targets = [target.split(":") for off in ablation.AREAS[area].rules.values() for target in off]

    assert not [target for target in targets if not hasattr(import_module(target[0]), target[1])]
