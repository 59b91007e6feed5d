"""The benchmarks over real news run on a small folder of the same layout and print what the docs promise."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from eval.bench import ablation, answers, conflicts, followups, lines, newsroom
from rag.ingestion.boilerplate_model import FEATURES

TOWNS = ("Norvik", "Tarna", "Ostby", "Velm", "Sund", "Arild", "Kolby", "Mossa", "Hjerk", "Lund", "Brekk", "Fana")
NAMES = ("Holm", "Lind", "Berg", "Dahl", "Moen", "Vik", "Aas", "Ruud", "Eng", "Lie", "Bakke", "Haug")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve questions, each with an article that answers it and an older one that does not."""
    questions, results = [], []
    for number, (town, name) in enumerate(zip(TOWNS, NAMES, strict=True)):
        day = date(2023, 1, 6) + timedelta(days=number)
        right = f"Per {name} opened the mill in {town} on Monday.\n\nMore:Mills to see\n\nIt has 40 workers."
        older = f"The mill in {town} is closed, the council said.\n\nRising water\n\nNobody knows when it will open."
        pages = [("right", right, day), ("older", older, day - timedelta(days=90))]
        questions.append(
            {
                "question_id": f"q{number}",
                "question_date": f"{day:%Y/%m/%d}",
                "question_source": "CNN",
                "question_sentence": f"Who opened the mill in {town}?",
                "choices": [f"Per {name}", "Jane Roe"],
                "answer": ["0"],
                "evidence": "",
            }
        )
        found = [
            {"url": f"https://a.example/{town}/{kind}", "text": text, "title": f"The mill of {town}",
             "publish_date": f"{when:%Y/%m/%d}"}
            for kind, text, when in pages
        ]  # fmt: skip
        results.append({"question_id": f"q{number}", "search_result": found})
    for kind, records in (("qa", questions), ("gcs", results)):
        (tmp_path / f"20230106_{kind}.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in records))
    return tmp_path


def run(main: Callable[[], None], monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
    main()


def test_the_benchmark_of_answers_prints_each_figure_with_its_interval(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(newsroom.main, monkeypatch, folder, "--draw", 1, "--questions", 4)
    printed = capsys.readouterr().out

    assert "answer shown, of all" in printed
    assert "declined the day before" in printed
    assert "(4 of 4; " in printed
    assert "expected calibration error" in printed


def test_the_model_of_answers_is_fitted_to_as_many_weights_as_it_has_features(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(answers.main, monkeypatch, folder, "--draw", 1, "--questions", 12)
    printed = capsys.readouterr().out

    assert "right first" in printed
    weights = printed.partition("WEIGHTS ")[2].partition("\n")[0]
    assert len(json.loads(weights)) == len(answers.FEATURES)


def test_conversations_are_made_of_articles_and_their_follow_ups_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(followups.main, monkeypatch, folder, "--draw", 1, "--questions", 12, "--conversations", 2)
    printed = capsys.readouterr().out

    assert "2 conversations" in printed
    assert "follow-ups, right" in printed
    assert "when, right" in printed and "how many, right" in printed


def test_the_model_of_lines_is_fitted_to_labels(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = ["article,line,boilerplate,sample"]
    for town in TOWNS:
        article = sha256(f"https://a.example/{town}/right".encode()).hexdigest()[:12]
        labels += [f"{article},{line},{int(line == 1)},uniform" for line in range(3)]
    (folder / "labels.csv").write_text("\n".join(labels))

    run(lines.main, monkeypatch, folder, "--labels", folder / "labels.csv")
    printed = capsys.readouterr().out

    assert "precision 1.000 (12 of 12" in printed
    assert printed.count("\nWEIGHT ") == len(FEATURES)


def test_conflicts_are_counted_over_real_news_with_and_without_a_rule(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(conflicts.main, monkeypatch, folder, "--questions", 4)
    run(ablation.main, monkeypatch, "conflicts", "--rules", "names", "--news", folder)
    printed = capsys.readouterr().out

    assert "real news: 0 of 4 questions are told of a conflict" in printed
    assert printed.count("| news 0 | altered 0") == 2
