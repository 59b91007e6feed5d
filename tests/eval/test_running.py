"""A run stores every reply, resumes after a kill, reuses its cache, and never counts an error as a score."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Suite
from eval.replies import Cited, Reply, Retrieved, SourceRef
from eval.running import run_suite
from eval.runs import Record, Run, SourceText, read_run, write_run
from eval.target import About, NoReply
from rag.articles import Mode
from rag.errors import BadInput

CITED = SourceRef("a", "The title")
TEXT = SourceText(CITED, "Thirty lamps burn.")


class Invented:
    """A target that replies at once, records its requests, and fails on request."""

    name = "invented"
    mode: Mode = "extractive"

    def __init__(self, identity: str | None = "one", *, model: str | None = None, takes_s: float = 0.0) -> None:
        self.about = About(identity, model)
        self.takes_s = takes_s
        self.asked: list[str] = []
        self.fetched: list[str] = []
        self.readied = 0
        self.failing: dict[str, BaseException] = {}
        self.at_once = self.most_at_once = 0
        self.told_model = model
        self.writes: dict[str, tuple[str, tuple[str, ...]]] = {}

    async def ready(self) -> None:
        self.readied += 1

    async def ask(self, case: Case) -> Reply:
        self.asked.append(case.id)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(self.takes_s)
            if case.id in self.failing:
                raise self.failing[case.id]
        finally:
            self.at_once -= 1
        if case.question == "unknown?":
            return Reply(answered=False, text="The articles do not say.", mode=self.writes.get(case.id, ("",))[0])
        mode, notes = self.writes.get(case.id, (self.mode, ()))
        cited = (Cited(1, CITED, 0, 6, "Thirty"),)
        return Reply(True, "Thirty [1].", citations=cited, mode=mode, notes=notes, model=self.told_model)

    async def search(self, case: Case, k: int) -> tuple[Retrieved, ...]:
        return (Retrieved(CITED, 0, 6, "Thirty", float(k)),)

    async def article(self, id: str) -> SourceText | None:
        self.fetched.append(id)
        await asyncio.sleep(0)
        return TEXT if id == "a" else None

    async def close(self) -> None:
        pass


def suite_of(n: int = 5, **more: Any) -> Suite:
    cases = tuple(Case(f"q{number}", f"How many lamps in {number}?", answers=(("30",),)) for number in range(n))
    return Suite("lamps", "Lamps.", cases, (), **more)


def ran(suite: Suite, target: Invented, folder: Path, **more: Any) -> Run:
    return asyncio.run(run_suite(suite, target, folder=folder, **more))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "records.jsonl").read_text("utf-8").splitlines()]


# -- what a run keeps -------------------------------------------------------------------------------


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = ran(suite_of(), Invented(), tmp_path)

    read = read_run(tmp_path)

    assert read == run
    assert [record.status for record in read.records] == ["answered"] * 5
    assert read.texts == {"a": TEXT}
    assert (read.card.suite, read.card.target, read.card.mode) == ("lamps", "invented", "extractive")
    write_run(read, tmp_path / "copy")
    assert read_run(tmp_path / "copy") == read


def test_a_reply_that_declines_is_declined(tmp_path: Path) -> None:
    run = ran(Suite("one", "", (Case("q", "unknown?"),), ()), Invented(), tmp_path)

    assert run.records[0].status == "declined"


def test_a_suite_of_searches_keeps_the_passages(tmp_path: Path) -> None:
    run = ran(suite_of(1, task="search"), Invented(), tmp_path)

    assert run.records[0].reply and [one.text for one in run.records[0].reply.passages] == ["Thirty"]


def test_an_article_is_fetched_once_however_many_cite_it(tmp_path: Path) -> None:
    target = Invented()

    ran(suite_of(20), target, tmp_path, parallel=8)

    assert target.fetched == ["a"]


def test_no_more_are_asked_at_once_than_said(tmp_path: Path) -> None:
    target = Invented(takes_s=0.005)

    run = ran(suite_of(20), target, tmp_path, parallel=4)

    assert target.most_at_once == 4
    assert [record.case for record in run.records] == [f"q{number}" for number in range(20)]


def test_an_error_is_an_outcome_told_in_words_and_no_other_case_suffers(tmp_path: Path) -> None:
    target = Invented()
    target.failing = {"q1": NoReply("the service said 500: no"), "q3": ZeroDivisionError("by zero")}

    run = ran(suite_of(), target, tmp_path, parallel=2)

    told = {record.case: (record.status, record.error, record.reply) for record in run.records}
    assert told["q1"] == ("errored", "the service said 500: no", None)
    assert told["q3"] == ("errored", "ZeroDivisionError: by zero", None)
    assert [told[case][0] for case in ("q0", "q2", "q4")] == ["answered"] * 3


def test_progress_counts_up_to_all(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    ran(suite_of(), Invented(), tmp_path, on_progress=lambda record, done, total: seen.append((done, total)))

    assert seen == [(done, 5) for done in range(1, 6)]


def test_keeping_records_costs_little_of_the_time_of_answering(tmp_path: Path) -> None:
    began = time.perf_counter()

    ran(suite_of(500), Invented(), tmp_path, cache=tmp_path / "cache")

    assert time.perf_counter() - began < 0.1 * 500 * 0.05  # of a desk that takes 50 ms, as on the seeds


@pytest.mark.parametrize("notes", [("The language model failed (503).",), ()])
def test_an_answer_that_the_model_did_not_write_is_not_the_models(notes: tuple[str, ...], tmp_path: Path) -> None:
    target = Invented(None)
    target.mode, target.writes = "llm", {"q1": ("extractive", notes), "q2": ("", ())}

    run = ran(suite_of(4), target, tmp_path, cache=tmp_path / "cache")

    assert [record.status for record in run.records] == ["answered", "errored", "answered", "answered"]
    assert run.records[1].error == (" ".join(notes) or "No language model wrote this answer, but 'extractive'.")


def test_to_find_nothing_is_no_failure_of_the_model(tmp_path: Path) -> None:
    target = Invented()
    target.mode, target.writes = "llm", {"q0": ("extractive", ())}
    suite = Suite("one", "", (Case("q0", "unknown?"),), ())

    assert ran(suite, target, tmp_path).records[0].status == "declined"


# -- going on ---------------------------------------------------------------------------------------


def interrupted(folder: Path, at: str) -> Invented:
    """A run interrupted at that case."""
    target = Invented()
    target.failing = {at: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        ran(suite_of(), target, folder)
    return target


def test_what_was_replied_before_an_interruption_is_kept_and_not_asked_again(tmp_path: Path) -> None:
    interrupted(tmp_path, at="q3")
    with pytest.raises(BadInput, match=r"2 of its 5 cases .* --resume"):
        read_run(tmp_path)

    target = Invented()
    run = ran(suite_of(), target, tmp_path, existing="resume")

    assert target.asked == ["q3", "q4"]
    assert target.fetched == []
    assert read_run(tmp_path) == run


def test_a_torn_last_line_is_asked_again(tmp_path: Path) -> None:
    interrupted(tmp_path, at="q3")
    for name in ("records.jsonl", "texts.jsonl"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:-9])

    target = Invented()
    run = ran(suite_of(), target, tmp_path, existing="resume")

    assert target.asked == ["q2", "q3", "q4"]
    assert target.fetched == ["a"]
    assert read_run(tmp_path) == run
    assert len(lines(tmp_path)) == 5


def test_what_errored_is_asked_again_when_a_run_goes_on(tmp_path: Path) -> None:
    target = Invented()
    target.failing = {"q1": NoReply("busy")}
    ran(suite_of(), target, tmp_path)

    again = Invented()
    run = ran(suite_of(), again, tmp_path, existing="resume")

    assert again.asked == ["q1"]
    assert {record.status for record in run.records} == {"answered"}


def test_a_run_made_otherwise_is_not_gone_on_with(tmp_path: Path) -> None:
    interrupted(tmp_path, at="q3")
    other = Invented()
    other.name = "another"

    with pytest.raises(BadInput, match="target changed"):
        ran(suite_of(), other, tmp_path, existing="resume")
    with pytest.raises(BadInput, match="suite changed"):
        ran(suite_of(6), Invented(), tmp_path, existing="resume")


def test_a_folder_of_other_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text("mine")

    for existing in ("refuse", "resume", "replace"):
        with pytest.raises(BadInput, match="holds other files"):
            ran(suite_of(), Invented(), tmp_path, existing=existing)
    assert (tmp_path / "records.jsonl").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_the_way_to_go_on_names_what_was_typed(tmp_path: Path) -> None:
    target = Invented()
    target.failing = {"q1": KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        ran(suite_of(), target, tmp_path / "run", typed="./my suite")

    with pytest.raises(BadInput, match=r"byline eval run './my suite' --out .*run --resume"):
        read_run(tmp_path / "run")


def test_a_run_is_neither_overwritten_nor_mixed_unasked(tmp_path: Path) -> None:
    ran(suite_of(), Invented(), tmp_path)

    with pytest.raises(BadInput, match="--resume"):
        ran(suite_of(), Invented(), tmp_path)
    (tmp_path / "judged.json").write_text("{}")
    run = ran(suite_of(2), Invented(), tmp_path, existing="replace")

    assert read_run(tmp_path) == run and not (tmp_path / "judged.json").exists()
    assert len(lines(tmp_path)) == 2


# -- repeating --------------------------------------------------------------------------------------


def repeated(first: Invented, second: Invented, tmp_path: Path, suites: Sequence[Suite] = ()) -> Run:
    """The second run of a suite, or of two, with the first one's cache."""
    one, two = suites or (suite_of(), suite_of())
    ran(one, first, tmp_path / "first", cache=tmp_path / "cache")
    return ran(two, second, tmp_path / "second", cache=tmp_path / "cache")


def test_an_unchanged_target_is_not_asked_twice(tmp_path: Path) -> None:
    first, second = Invented(), Invented()

    run = repeated(first, second, tmp_path)

    assert second.asked == [] and second.readied == 0
    assert all(record.cached for record in run.records)
    assert run.texts == {"a": TEXT}
    assert [replace(record, cached=False) for record in run.records] == list(read_run(tmp_path / "first").records)


def test_a_fresh_run_asks_again_and_its_replies_are_kept(tmp_path: Path) -> None:
    second = Invented()
    repeated(Invented(), Invented(), tmp_path)

    run = ran(suite_of(), second, tmp_path / "third", cache=tmp_path / "cache", fresh=True)

    assert len(second.asked) == 5 and not any(record.cached for record in run.records)


def test_another_identity_is_asked_anew(tmp_path: Path) -> None:
    second = Invented("two")

    repeated(Invented("one"), second, tmp_path)

    assert len(second.asked) == 5


def test_what_cannot_be_known_to_be_unchanged_is_asked_anew(tmp_path: Path) -> None:
    second = Invented(None)

    repeated(Invented(None), second, tmp_path)

    assert len(second.asked) == 5


def test_only_a_question_that_changed_is_asked_again(tmp_path: Path) -> None:
    suite, second = suite_of(), Invented()
    other = replace(suite.cases[2], question="How many candles?")
    relabelled = replace(suite.cases[3], answers=(("31",),), note="counted again")
    changed = replace(suite, cases=(*suite.cases[:2], other, relabelled, suite.cases[4]))

    repeated(Invented(), second, tmp_path, (suite, changed))

    assert second.asked == ["q2"]


def test_an_error_is_not_kept_for_the_next_run(tmp_path: Path) -> None:
    first, second = Invented(), Invented()
    first.failing = {"q1": NoReply("busy")}

    repeated(first, second, tmp_path)

    assert second.asked == ["q1"]


def test_an_answer_without_the_model_that_was_to_write_it_is_not_kept(tmp_path: Path) -> None:
    first, second = Invented(model="ollama/some"), Invented(model="ollama/some")
    first.told_model = None  # it failed, and the answer is extractive

    repeated(first, second, tmp_path)

    assert len(second.asked) == 5


def test_a_damaged_line_of_the_cache_is_passed_over(tmp_path: Path) -> None:
    ran(suite_of(), Invented(), tmp_path / "first", cache=tmp_path / "cache")
    [file] = (tmp_path / "cache").iterdir()
    file.write_bytes(b"{}\n" + file.read_bytes()[:-5])
    second = Invented()

    ran(suite_of(), second, tmp_path / "second", cache=tmp_path / "cache")

    assert second.asked == ["q4"]


# -- damaged folders --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("run.json", None, "is not the folder of a run"),
        ("run.json", b"{", "run.json is damaged"),
        ("run.json", b"{}", "suite: Missing|suite: Field required"),
        ("suite.json", None, "suite.json is missing"),
        ("suite.json", b'{"name": 1}', "suite.json is damaged"),
        ("records.jsonl", b"{}\n", "records.jsonl, line 1, is damaged"),
        ("records.jsonl", None, "5 of its 5 cases"),
        ("texts.jsonl", b"\xff\n", "texts.jsonl, line 1, is damaged"),
    ],
)
def test_a_damaged_folder_is_told_by_file_and_line(
    file: str, content: bytes | None, words: str, tmp_path: Path
) -> None:
    ran(suite_of(), Invented(), tmp_path)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)

    with pytest.raises(BadInput, match=words):
        read_run(tmp_path)


def test_a_record_has_its_words_whatever_they_are(tmp_path: Path) -> None:
    run = ran(suite_of(1), Invented(), tmp_path)
    odd = Record("q0", "answered", 0.5, replace(run.records[0].reply, text="line\u2028end\n\x00 „é“"))  # type: ignore[type-var]

    write_run(replace(run, records=(odd,)), tmp_path / "odd")

    assert read_run(tmp_path / "odd").records == (odd,)
