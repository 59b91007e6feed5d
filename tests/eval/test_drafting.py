"""Suites drafted from articles: the questions, their answers, and the review by a person."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.drafting import draft_suite
from eval.phrasing import is_plain, phrased
from eval.suites import load_suite
from rag.articles import Article
from rag.errors import BadInput
from rag.ingestion import read_record

NORVIK = (
    "Ada Lund announced that the reservoir near Norvik would open to all swimmers in May. "
    "At least 23 people were hurt when a bridge fell in Norvik. "
    "The town of Norvik has spent over $30 million on the new reservoir. "
    "Critics in Norvik doubted that Ada Lund would ever finish the work."
)
TARNA = (
    "The mill in Tarna has 140 workers. "
    "Workers in Tarna went on strike in 2019 over the wages at the mill. "
    "The strike at Tarna ended after Per Holm promised new machines to the workers. "
    "Later the owners thanked Per Holm for his help with the mill."
)


def articles() -> list[Article]:
    made = [
        read_record({"id": id, "title": id, "outlet": "Norvik Post", "published": "2020-05-05", "text": text})
        for id, text in (("norvik", NORVIK), ("tarna", TARNA))
    ]
    return [one for one in made if isinstance(one, Article)]


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("At least 23 people were hurt when a bridge fell.", "How many people were hurt when a bridge fell?", "23"),
        (
            "Two soldiers died in the fire near Norvik.",
            "How many soldiers died in the fire near Norvik?",
            "2",
        ),
        (
            "Ada Lund announced that the reservoir would open.",
            "Who announced that the reservoir would open?",
            "Ada Lund",
        ),
        ("Norvik has 11 bridges in the old town.", "How many bridges does Norvik have in the old town?", "11"),
        (
            "Ada Lund was born in Norvik on 25 March 1972.",
            "When was Ada Lund born in Norvik?",
            "25 March 1972",
        ),
        (
            "The town has spent over $30 million on the reservoir.",
            "The town has spent how much money on the reservoir?",
            "$30 million",
        ),
        (
            "The mill lost 15% of its workers that spring.",
            "The mill lost what percentage of its workers that spring?",
            "15%",
        ),
        ("Workers went on strike in 2019 over wages.", "Workers went on strike in what year over wages?", "2019"),
    ],
)
def test_a_sentence_is_turned_into_a_question_that_it_answers(sentence: str, question: str, answer: str) -> None:
    first = next(phrased(sentence, date(2020, 5, 5)))

    assert first.question == question
    assert answer in first.answers


@pytest.mark.parametrize(
    "sentence",
    [
        "He said 23 people were hurt when a bridge fell.",
        "But 23 people were hurt when a bridge fell.",
        "Who counted the 23 people that were hurt there?",
        "Up to 23 people were hurt (see below) in Norvik.",
        "It opened in May.",
    ],
)
def test_a_sentence_that_does_not_stand_for_itself_is_not_asked_about(sentence: str) -> None:
    assert not is_plain(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Between 51 and 59 people were hurt when a bridge fell.",
        "The 15-year-old girl swam across the whole reservoir alone.",
    ],
)
def test_a_number_that_is_part_of_something_is_not_asked_for(sentence: str) -> None:
    assert not [one for one in phrased(sentence, None) if "how many" in one.question.lower()]


def test_every_draft_waits_for_a_person(tmp_path: Path) -> None:
    count = draft_suite(articles(), tmp_path / "new", 3, 0)

    drafted = lines(tmp_path / "new")
    assert count == len(drafted) <= 6
    assert all(line["accepted"] is None for line in drafted)
    with pytest.raises(BadInput, match=f"no question counts yet. {count} drafted questions wait"):
        load_suite(str(tmp_path / "new"))


def test_only_accepted_drafts_count_and_the_others_are_told(tmp_path: Path) -> None:
    count = draft_suite(articles(), tmp_path, 3, 0)
    drafted = lines(tmp_path)
    drafted[0]["accepted"], drafted[1]["accepted"] = True, False
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, drafted)), "utf-8")

    suite = load_suite(str(tmp_path))

    assert [case.id for case in suite.cases] == [drafted[0]["id"]]
    assert suite.notes[0].startswith(f"{count - 2} drafted questions wait")


def test_drafts_have_their_evidence_and_their_article(tmp_path: Path) -> None:
    draft_suite(articles(), tmp_path, 3, 0)
    texts = {one.id: one.text for one in articles()}

    for line in lines(tmp_path):
        if line["kind"] == "answerable":
            assert line["answers"]
            assert all(line["evidence"][0] in texts[id] for id in line["articles"])


def test_an_unanswerable_draft_has_a_name_that_its_article_lacks(tmp_path: Path) -> None:
    draft_suite(articles(), tmp_path, 6, 0)
    unanswerable = [line for line in lines(tmp_path) if line["kind"] == "unanswerable"]

    assert unanswerable
    for line in unanswerable:
        assert not {"answers", "evidence", "articles"} & line.keys()
        own, other = (NORVIK, TARNA) if line["cluster"] == "norvik" else (TARNA, NORVIK)
        put_in = line["note"].split("“")[2].split("”")[0]
        assert put_in in line["question"]
        assert put_in in other
        assert put_in not in own


def test_the_same_seed_drafts_the_same_and_another_may_not_crash(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        draft_suite(articles(), tmp_path / name, 3, seed)

    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    assert lines(tmp_path / "c")


def test_an_article_with_nothing_to_count_is_asked_for_itself(tmp_path: Path) -> None:
    text = "The old mill by the river is being restored by people from the town."
    made = read_record({"id": "mill", "title": "The mill", "text": text})
    assert isinstance(made, Article)

    draft_suite([made], tmp_path, 1, 0)

    (line,) = lines(tmp_path)
    assert line["question"] == f"Which article says: “{text}”"
    assert "The mill" in line["answers"][0]


def test_a_draft_can_be_gated_as_it_is(tmp_path: Path) -> None:
    draft_suite(articles(), tmp_path / "both", 3, 0)
    draft_suite(articles()[:1], tmp_path / "one", 1, 0)

    told = [tomllib.loads((tmp_path / name / "suite.toml").read_text())["primary"] for name in ("both", "one")]
    assert told == [["facts_and_article", "reject_recall"], ["facts_and_article"]]


def test_articles_that_lie_in_the_suite_are_not_copied_and_others_are_not_mixed_in(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "norvik.txt").write_text(NORVIK)

    with pytest.raises(BadInput, match="is there already"):
        draft_suite(articles(), tmp_path, 3, 0)
    draft_suite(articles(), tmp_path, 3, 0, there=True)

    assert [file.name for file in (tmp_path / "articles").iterdir()] == ["norvik.txt"]


def test_nothing_is_drafted_over_a_suite_or_of_nothing(tmp_path: Path) -> None:
    draft_suite(articles(), tmp_path, 1, 0)

    with pytest.raises(BadInput, match="holds a suite already"):
        draft_suite(articles(), tmp_path, 1, 0)
    with pytest.raises(BadInput, match="No question could be drafted"):
        draft_suite([], tmp_path / "other", 1, 0)
    assert not (tmp_path / "other").exists()
