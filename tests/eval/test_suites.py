"""Suite folders: what is parsed, and errors that name the file, line and field."""

import json
import re
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Suite
from eval.formats import FORMATS
from eval.questions import ACCEPTED
from eval.suites import SuiteFile, built_in, case_record, json_line, load_suite, write_about, write_articles
from rag.articles import Article, Filters
from rag.errors import BadInput
from rag.ingestion import read_record

TEXT = "Norvik opened its reservoir on Monday. It holds 40 million litres, the mayor said.\n\nFish were seen."
EVIDENCE = "It holds 40 million litres, the mayor said."
GOOD = {"id": "q1", "question": "How much does the reservoir hold?", "answers": [["40 million litres"]]}


def article(id: str = "norvik-1", text: str = TEXT) -> Article:
    made = read_record({"id": id, "title": "The reservoir", "outlet": "Norvik Post", "text": text})
    assert isinstance(made, Article)
    return made


def suite_of(folder: Path, *lines: dict[str, Any] | str, about: str = 'name = "norvik"') -> Path:
    """A suite folder with one article and these lines of questions."""
    (folder / "articles").mkdir()
    (folder / "articles" / "norvik-1.txt").write_text(TEXT, "utf-8")
    (folder / "suite.toml").write_text(about, "utf-8")
    told = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "questions.jsonl").write_text("\n".join(told), "utf-8")
    return folder


def test_the_suite_of_the_seeds_comes_along_and_is_whole() -> None:
    assert "seeds" in built_in()
    suite = load_suite("seeds")

    assert (len(suite.cases), len(suite.articles), suite.notes) == (60, 5, ())


def test_a_question_without_an_answer_is_one_to_decline(tmp_path: Path) -> None:
    suite = load_suite(str(suite_of(tmp_path, GOOD, {"id": "q2", "question": "Who swam in it?"})))

    assert [(case.kind, case.answerable) for case in suite.cases] == [("answerable", True), ("unanswerable", False)]


def test_what_a_draft_writes_is_read_again(tmp_path: Path) -> None:
    first = Case("a", "How much?", "several", (("40", "forty"),), articles=("norvik-1",), evidence=(EVIDENCE,))
    other = Case("b", "Is it “open”?", label="yes", filters=Filters(outlets=("Norvik Post",)), note="A\ttab, Å.")
    suite = Suite("norvik", 'A "quoted" name \\ ünd more', (first, other), (article(),), primary=("correct",))

    write_articles(tmp_path, suite.articles)
    write_about(tmp_path, suite)
    (tmp_path / "questions.jsonl").write_text("".join(json_line(case_record(case)) for case in suite.cases), "utf-8")

    assert load_suite(str(tmp_path)) == suite


def test_article_paths_are_relative_to_the_folder(tmp_path: Path) -> None:
    suite_of(tmp_path, GOOD, about='name = "norvik"\narticles = ["here"]')
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "other.txt").write_text(TEXT, "utf-8")

    assert [one.id for one in load_suite(str(tmp_path)).articles] == ["other"]


@pytest.mark.parametrize("path", ["/etc", "../here", "articles/../../here", "linked"])
def test_articles_outside_the_folder_are_refused(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (tmp_path / "here").mkdir()
    (folder / "linked").symlink_to(tmp_path / "here")
    suite_of(folder, GOOD, about=f'name = "norvik"\narticles = "{path}"')

    with pytest.raises(BadInput, match="is outside the suite's folder"):
        load_suite(str(folder))


def test_metrics_of_many_cases_may_be_primary(tmp_path: Path) -> None:
    folder = suite_of(tmp_path, GOOD, about='name = "n"\nprimary = ["aurc", "correct"]')

    assert load_suite(str(folder)).primary == ("aurc", "correct")


def test_judged_statements_are_no_suite(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"bench\.support"):
        load_suite("qags:mturk_cnndm.jsonl")


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("{nonsense", None, "is not JSON"),
        ("[1]", None, "not a JSON object"),
        ('{"id": "q1", "question": "Who?", "id": "q2"}', None, "'id' occurs twice"),
        ({**GOOD, "anwsers": []}, "anwsers", "is an unknown field"),
        ({**GOOD, "filters": {"outlet": "x"}}, "filters.outlet", "is an unknown field"),
        ({**GOOD, "answers": "40"}, "answers", "see docs/suites.md"),
        ({**GOOD, "answers": [[""]]}, "answers", "empty string"),
        ({**GOOD, "answers": [[]]}, "answers", "without a spelling"),
        ({**GOOD, "as_of": "yesterday"}, "as_of", "see docs/suites.md"),
        ({**GOOD, "question": "  "}, "question", "1–2,000 characters"),
        ({**GOOD, "question": "x" * 2001}, "question", "1–2,000 characters"),
        ({"question": "Who?"}, "id", "required"),
        ({**GOOD, "id": " "}, "id", "is empty"),
        ({**GOOD, "grades": {"norvik-1": -1}}, "grades", "0 or more"),
        ({**GOOD, "articles": ["norvik-2"]}, "articles", "no article of the suite has the id 'norvik-2'"),
        ({**GOOD, "filters": {"articles": ["norvik-2"]}}, "filters.articles", "no article of the suite"),
        ({**GOOD, "reprints": [["norvik-2"]]}, "reprints", "no article of the suite"),
        ({**GOOD, "kind": "unanswerable"}, "kind", "some answers"),
        ({"id": "q1", "question": "Who?", "kind": "answerable"}, "kind", "no answers"),
        ({**GOOD, "accepted": "yes"}, "accepted", "true, false or null"),
        ({**GOOD, "question": "How \ud800 much?"}, "question", "half of a character"),
        ({**GOOD, "id": "\udfff"}, "id", "half of a character"),
        ({**GOOD, "\ud800": 1}, None, "half of a character"),
        ({**GOOD, "slices": {"kind": "x"}}, "slices", "the name kind"),
        ({**GOOD, "slices": {"a=b": "x"}}, "slices", "must not have a name with"),
    ],
)
def test_a_bad_line_is_named_by_file_line_and_field(
    tmp_path: Path, line: dict[str, Any] | str, field: str | None, said: str
) -> None:
    folder = suite_of(tmp_path, {**GOOD, "id": "q0"}, "", line)

    with pytest.raises(BadInput) as caught:
        load_suite(str(folder))

    assert "questions.jsonl:3: " in str(caught.value)
    assert said in str(caught.value)
    assert (caught.value.field or "").startswith(field or "")


def test_two_questions_of_one_id_are_refused_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"questions\.jsonl:2: id: 'q1' is also the id of line 1"):
        load_suite(str(suite_of(tmp_path, GOOD, GOOD)))


def test_evidence_that_no_right_article_holds_is_noted_and_no_error(tmp_path: Path) -> None:
    told = {**GOOD, "articles": ["norvik-1"], "evidence": [EVIDENCE, "It was never filled."]}
    (note,) = load_suite(str(suite_of(tmp_path, told))).notes

    assert "questions.jsonl:1: evidence: “It was never filled." in note


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("name = 1", "suite.toml: name: "),
        ("", "suite.toml: name: field required"),
        ('name = "n"\ntitle = "x"', "suite.toml: title: "),
        ('name = "n"\ntask = "rank"', "suite.toml: task: "),
        ('name = "n"\nprimary = ["corect"]', "there is no metric 'corect'"),
        ('name = "n"\narticles = ["nowhere"]', "articles: there is no"),
        ("name =", "cannot be read as TOML"),
    ],
)
def test_a_bad_suite_file_is_refused_with_its_field(tmp_path: Path, about: str, said: str) -> None:
    with pytest.raises(BadInput, match=said.replace("(", r"\(")):
        load_suite(str(suite_of(tmp_path, GOOD, about=about)))


def test_a_suite_that_searches_needs_right_articles(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="articles: is missing"):
        load_suite(str(suite_of(tmp_path, GOOD, about='name = "n"\ntask = "search"')))


def test_a_name_that_is_nothing_says_what_there_is() -> None:
    with pytest.raises(BadInput, match=r"There is no suite 'sedes'.*seeds.*squad"):
        load_suite("sedes")


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    folder = suite_of(tmp_path, GOOD)
    (folder / "questions.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n\r\n")

    assert [case.id for case in load_suite(str(folder)).cases] == ["q1"]


def test_questions_without_articles_are_asked_of_another_library(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text('name = "n"', "utf-8")
    (tmp_path / "questions.jsonl").write_text(json.dumps({**GOOD, "articles": ["elsewhere"]}), "utf-8")

    assert load_suite(str(tmp_path)).articles == ()


def test_the_page_on_suites_names_every_field_option_and_format() -> None:
    page = (Path(__file__).parents[2] / "docs" / "suites.md").read_text("utf-8")
    options = [name for reader in FORMATS.values() for name in signature(reader).parameters if name != "path"]

    for name in [*(field.name for field in fields(Case)), *SuiteFile.model_fields, *FORMATS, ACCEPTED]:
        assert f"| `{name}` |" in page, name
    for name in options:
        assert f"{name}=" in page, name


def test_the_examples_of_the_page_are_a_suite(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "suites.md").read_text("utf-8")
    (toml,), (questions,) = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("toml", "json"))
    (tmp_path / "articles").mkdir()
    for name in ("pier", "ferry"):
        text = "The pier cost 40 million crowns, a third more than was planned."
        (tmp_path / "articles" / f"{name}.txt").write_text(text, "utf-8")
    (tmp_path / "suite.toml").write_text(toml, "utf-8")
    (tmp_path / "questions.jsonl").write_text(questions, "utf-8")

    suite = load_suite(str(tmp_path))

    assert [case.answerable for case in suite.cases] == [True, True, True, False]
    assert suite.notes == ()
