"""`byline eval`, as a person or a pipeline uses it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from eval.runs import write_run
from rag.settings import load_settings
from service import cli
from tests.eval.making_runs import case, run_of
from tests.eval.scripted import Says, as_json, scripted
from tests.openai_server import OpenAIServer
from tests.service.conftest import serving

ANSWER = {
    "answered": True,
    "text": "Thirty lamps burn [1].",
    "statements": [{"text": "Thirty lamps burn.", "citations": [1], "score": 0.9}],
    "citations": [{"number": 1, "article": {"id": "lamps"}, "start": 0, "end": 6, "quote": "Thirty"}],
}
DECLINED = {"answered": False, "text": "The articles do not say.", "statements": [], "citations": []}
ARTICLE = {"id": "lamps", "title": "Lamps", "text": "Thirty lamps burn in Kolm."}


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _a_home_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("BYLINE_") or name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def byline(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs a `byline` command in this process."""

    def run(*words: str | Path) -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["byline", *map(str, words)])
            patched.setattr(sys, "stdout", out)
            patched.setattr(sys, "stderr", err)
            with pytest.raises(SystemExit) as left:
                cli.main()
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
        return Ran(int(left.value.code or 0), *texts)

    return run


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Four questions over two articles: three that are answered, one to decline."""
    folder = tmp_path / "kolm"
    (folder / "articles").mkdir(parents=True)
    (folder / "suite.toml").write_text('name = "kolm"\nprimary = ["facts_and_article", "reject_recall"]\n')
    (folder / "articles" / "lamps.txt").write_text(
        "Kolm lights its streets\n\nThe town of Kolm has bought 4,711 street lamps for 2.5 million euros.\n\n"
        "Mayor Anna Sorel said that the lamps would be lit in November.\n"
    )
    (folder / "articles" / "bridge.txt").write_text(
        "A bridge for Orlen\n\nThe bridge over the Orlen river is 320 meters long.\n"
    )
    cases = [
        {"id": "lamps", "question": "How many street lamps has Kolm bought?", "answers": [["4,711"]]},
        {"id": "cost", "question": "How much did Kolm pay for its street lamps?", "answers": [["2.5 million"]]},
        {"id": "mayor", "question": "Who said that the lamps would be lit in November?", "answers": [["Sorel"]]},
        {"id": "queen", "question": "Which prize did the queen of Denmark win?", "kind": "unanswerable"},
    ]
    lines = [{**case, **({"articles": ["lamps"]} if "answers" in case else {})} for case in cases]
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.fixture
def asked_suite(tmp_path: Path) -> Path:
    """Three questions for a scripted service, without articles."""
    folder = tmp_path / "asked"
    folder.mkdir()
    (folder / "suite.toml").write_text('name = "asked"\nprimary = ["facts_and_article"]\n')
    lines = [
        {"id": f"q{n}", "question": f"How many lamps in {n}?", "answers": [["Thirty"]], "articles": ["lamps"]}
        for n in range(3)
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(load_settings(library=str(tmp_path_factory.mktemp("served")))) as url:
        yield url


def test_the_help_of_byline_shows_the_suites(byline: Callable[..., Ran]) -> None:
    assert "eval " in byline("--help").out
    assert all(
        command in byline("eval", "--help").out for command in ("list", "run", "show", "judge", "compare", "new")
    )


def test_the_suites_that_come_along_are_listed(byline: Callable[..., Ran]) -> None:
    assert "seeds: 60 questions, 5 articles." in byline("eval", "list").out
    assert {"name": "seeds"}.items() <= json.loads(byline("eval", "list", "--json").out)["suites"][0].items()


# -- run --------------------------------------------------------------------------------------------


def test_a_suite_of_ones_own_is_run_scored_and_written(
    byline: Callable[..., Ran], suite: Path, tmp_path: Path
) -> None:
    ran = byline("eval", "run", suite, "--out", "run")

    assert ran.status == 0, ran
    assert "kolm: 4 questions, 3 answered, 1 declined, 0 errored" in ran.out
    assert ran.out.index("facts_and_article") < ran.out.index("correct")
    assert "The run is in run." in ran.err
    written = {file.name for file in (tmp_path / "run").iterdir()}
    assert {"run.json", "suite.json", "records.jsonl", "texts.jsonl"} <= written
    assert {"scores.json", "summary.md", "junit.xml", "report.html"} <= written
    assert len(ElementTree.parse(tmp_path / "run" / "junit.xml").findall(".//testcase")) == 4


def test_a_repeated_run_is_taken_from_the_first(byline: Callable[..., Ran], suite: Path) -> None:
    first = json.loads(byline("eval", "run", suite, "--out", "one", "--json").out)
    began = time.perf_counter()

    second = byline("eval", "run", suite, "--out", "two")

    assert time.perf_counter() - began < 5
    assert "4 cached replies of an earlier run" in second.out
    assert json.loads(byline("eval", "show", "two", "--json").out)["overall"] == first["overall"]
    assert "kept from" not in byline("eval", "run", suite, "--out", "three", "--fresh").out


def test_a_run_has_a_folder_of_its_own_where_none_is_named(
    byline: Callable[..., Ran], suite: Path, tmp_path: Path
) -> None:
    ran = byline("eval", "run", suite, "--no-report")

    [folder] = (tmp_path / "byline-runs").iterdir()
    assert folder.name.startswith("kolm-") and str(folder.name) in ran.err
    assert not (folder / "junit.xml").exists()


def test_a_service_is_given_the_articles_and_asked(
    byline: Callable[..., Ran], suite: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = byline("eval", "run", suite, "--out", "before", "--target", url, "--json")
    after = byline("eval", "run", suite, "--out", "after", "--target", url, "--ingest", "--json")

    assert "add them with --ingest" in caplog.text
    assert json.loads(before.out)["overall"]["facts_and_article"]["value"] == 0
    assert json.loads(after.out)["overall"]["facts_and_article"]["value"] == 1
    assert json.loads(after.out)["card"]["target"] == url


def test_a_library_that_is_there_is_asked_as_it_is(byline: Callable[..., Ran], suite: Path) -> None:
    assert byline("ingest", suite / "articles", "--library", "library").status == 0
    (suite / "articles" / "lamps.txt").unlink()
    (suite / "articles" / "bridge.txt").unlink()
    (suite / "articles").rmdir()

    for place, words in {
        "after": ["eval", "run", "--library", "library"],
        "before": ["--library", "library", "eval", "run"],
    }.items():
        ran = byline(*words, suite, "--out", place, "--json")
        assert json.loads(ran.out)["overall"]["facts_and_article"]["value"] == 1


def test_a_service_that_fails_is_exit_status_1_and_no_score(
    byline: Callable[..., Ran], asked_suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_EVAL_KEY", "the secret key")
    with scripted(Says(), as_json(ANSWER), as_json(ARTICLE), as_json({"detail": "no\x1b[31m"}, status=500)) as server:
        ran = byline("eval", "run", asked_suite, "--out", "run", "--target", server.url, "--parallel", "1")

    assert ran.status == 1
    assert "3 questions, 1 answered, 0 declined, 2 errored" in ran.out
    assert "q1 errored: the service said 500: no[31m" in ran.out
    assert all(authorization == "Bearer the secret key" for _, _, _, authorization in server.requests)
    assert "secret" not in (ran.out + ran.err + "".join(f.read_text() for f in Path("run").iterdir()))


def test_an_interrupted_run_says_how_to_go_on_and_goes_on(
    byline: Callable[..., Ran], asked_suite: Path, tmp_path: Path
) -> None:
    words = ["eval", "run", str(asked_suite), "--out", "run", "--parallel", "1"]
    command = [sys.executable, "-c", "from service.cli import main; main()", *words]
    with scripted(Says(), as_json(ANSWER), as_json(ARTICLE), Says(hangs=True)) as server:
        process = subprocess.Popen([*command, "--target", server.url], stderr=subprocess.PIPE, text=True)
        _wait_until(lambda: len(server.requests) == 4)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

        assert process.returncode == 130
        assert f"byline eval run {asked_suite} --out run --resume" in err
        assert len((tmp_path / "run" / "records.jsonl").read_text().splitlines()) == 1
        assert "--resume" in byline("eval", "show", "run").err

        server.released.set()
        server.says = [Says(), as_json(ANSWER)]
        ran = byline(*words, "--target", server.url, "--resume")

    assert ran.status == 0, ran
    assert "3 questions, 3 answered" in ran.out
    assert len([path for _, path, _, _ in server.requests if path == "/v1/ask"]) == 4


def _wait_until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # nothing to wait on: what is awaited happens in another process


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "nowhere"], "nowhere"),
        (["run", "seeds", "--target", "here"], "--target must be a URL"),
        (["run", "seeds", "--target", "http://x", "--library", "y"], "not both"),
        (["run", "seeds", "--parallel", "0"], "--parallel"),
        (["run", "seeds", "--resume"], "--resume --out DIR"),
        (["show", "nowhere"], "is not the folder of a run"),
        (["compare", "nowhere", "there"], "is not the folder of a run"),
        (["compare", "one"], "NEW"),
    ],
)
def test_wrong_usage_is_exit_status_2_with_a_word_on_it(
    words: list[str], told: str, byline: Callable[..., Ran]
) -> None:
    ran = byline("eval", *words)

    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err


def test_a_suite_judged_by_what_nobody_measures_is_wrong_usage(byline: Callable[..., Ran], suite: Path) -> None:
    (suite / "suite.toml").write_text('name = "kolm"\nprimary = ["beauty"]\n')

    ran = byline("eval", "run", suite)

    assert ran.status == 2 and "'beauty'" in ran.err and not Path("byline-runs").exists()


def test_a_suite_of_searches_is_scored_by_what_is_found(byline: Callable[..., Ran], suite: Path) -> None:
    (suite / "suite.toml").write_text('name = "kolm"\ntask = "search"\nprimary = ["ndcg@10"]\n')
    lines = [
        {"id": "1", "question": "street lamps", "articles": ["lamps"]},
        {"id": "2", "question": "the river Orlen", "articles": ["bridge"]},
    ]
    (suite / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    ran = byline("eval", "run", suite, "--json")

    assert ran.status == 0, ran
    assert json.loads(ran.out)["overall"]["ndcg@10"]["value"] == 1
    assert "reject_recall" not in {name for name, one in json.loads(ran.out)["overall"].items() if one["n"]}


def test_a_service_that_is_not_there_is_exit_status_1(byline: Callable[..., Ran], asked_suite: Path) -> None:
    ran = byline("eval", "run", asked_suite, "--out", "run", "--target", "http://127.0.0.1:9")

    assert (ran.status, ran.out) == (1, "")
    assert "http://127.0.0.1:9 cannot be asked" in ran.err


def test_a_model_that_cannot_be_reached_has_no_score(
    byline: Callable[..., Ran], suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_MODEL", "openai/none")
    monkeypatch.setenv("BYLINE_API_BASE", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("BYLINE_LLM_RETRIES", "0")

    ran = byline("eval", "run", suite, "--mode", "llm", "--out", "run", "--no-report", "--json")

    assert ran.status == 1, ran
    told = json.loads(ran.out)
    assert len(told["errored"]) >= 3 and told["overall"]["facts_and_article"]["n"] == 0
    assert "The language model failed (openai/none" in Path("run", "records.jsonl").read_text("utf-8")


# -- judge ------------------------------------------------------------------------------------------


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as running:
        yield running


def test_a_run_is_judged_apart_from_its_scores(
    byline: Callable[..., Ran], model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(run_of([case("a"), case("b"), case("c")], {"a": "Ada Lund", "b": "Bo Ek", "c": None}), Path("run"))
    before = byline("eval", "show", "run", "--json").out
    monkeypatch.setenv("BYLINE_JUDGE_KEY", "the secret key")
    words = ["run", "--model", "openai/test", "--api-base", model.url, "--parallel", "1"]
    model.say("VERDICT: PASS", "VERDICT: FAIL", "Hm.", "VERDICT: FAIL")

    ran = byline("eval", "judge", *words)

    assert ran.status == 0, ran
    assert "2 of 2" in ran.out and "1 reply" in ran.out and "no metric" in ran.out
    told = json.loads(Path("run", "judged.json").read_text())
    assert told["verdicts"][0] == {"case": "a", "share": 0.5, "marks": ["pass", "fail", "unjudged"]}
    assert (told["mean"], told["unjudged"], told["failed"]) == (0.25, 1, 0)
    assert set(model.authorizations) == {"Bearer the secret key"} and "secret" not in json.dumps(told) + ran.out
    assert byline("eval", "show", "run", "--json").out == before


def test_a_judge_that_cannot_be_reached_is_exit_status_1(byline: Callable[..., Ran]) -> None:
    write_run(run_of([case("a")], {"a": "Ada Lund"}), Path("run"))

    ran = byline("eval", "judge", "run", "--model", "openai/test", "--api-base", "http://127.0.0.1:9/v1", "--json")

    assert ran.status == 1
    assert (json.loads(ran.out)["mean"], json.loads(ran.out)["failed"]) == (None, 3)


def test_a_run_of_searches_has_nothing_to_judge(byline: Callable[..., Ran]) -> None:
    run = run_of([case("a")], {"a": "Ada Lund"})
    write_run(replace(run, suite=replace(run.suite, task="search")), Path("run"))

    assert byline("eval", "judge", "run", "--model", "openai/test").status == 2


# -- compare ----------------------------------------------------------------------------------------


@pytest.fixture
def runs(byline: Callable[..., Ran], tmp_path: Path) -> tuple[Path, Path]:
    """Two runs of sixty questions: one all right, one that declines half."""
    folder = tmp_path / "sixty"
    folder.mkdir()
    (folder / "suite.toml").write_text('name = "sixty"\nprimary = ["facts_and_article"]\n')
    lines = [
        {
            "id": f"q{n}",
            "question": f"Lamps in {n}?",
            "answers": [["Thirty"]],
            "articles": ["lamps"],
            "cluster": str(n),
        }
        for n in range(60)
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = ["eval", "run", folder, "--parallel", "1", "--no-report"]
    with scripted(Says(), as_json(ANSWER), as_json(ARTICLE), as_json(ANSWER)) as server:
        assert byline(*words, "--target", server.url, "--out", "right").status == 0
    says = [as_json(DECLINED)] * 30
    with scripted(Says(), *says, as_json(ANSWER), as_json(ARTICLE), as_json(ANSWER)) as server:
        assert byline(*words, "--target", server.url, "--out", "half").status == 0
    return tmp_path / "right", tmp_path / "half"


def test_the_gate_fails_what_got_worse_and_passes_what_did_not(
    byline: Callable[..., Ran], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    right, half = runs

    papers = ["--junit", "gate.xml", "--markdown", "gate.md", "--report", "compared"]
    worse = byline("eval", "compare", right, half, "--gate", *papers)
    better = byline("eval", "compare", half, right, "--gate")
    same = byline("eval", "compare", right, right, "--gate", "--strict")

    assert (worse.status, better.status, same.status) == (1, 0, 0)
    assert "Gate: failed" in worse.out and "q0: facts_and_article 1.000 → 0.000, lost" in worse.out
    assert "Gate: passed" in better.out and "Gate: passed" in same.out
    assert ElementTree.parse(tmp_path / "gate.xml").find(".//failure") is not None
    assert "facts\\_and\\_article" in (tmp_path / "gate.md").read_text("utf-8")
    assert (tmp_path / "compared" / "report.html").is_file()


def test_without_the_gate_a_loss_is_told_and_no_failure(byline: Callable[..., Ran], runs: tuple[Path, Path]) -> None:
    ran = byline("eval", "compare", *runs, "--json")

    assert ran.status == 0
    told: dict[str, Any] = json.loads(ran.out)
    assert told["gate"] is None
    assert told["comparison"]["differences"][0]["verdict"] == "worse"


def test_too_few_questions_are_inconclusive_and_fail_only_a_strict_gate(
    byline: Callable[..., Ran], asked_suite: Path
) -> None:
    words = ["eval", "run", asked_suite, "--parallel", "1", "--no-report"]
    with scripted(Says(), as_json(ANSWER), as_json(ARTICLE), as_json(ANSWER)) as server:
        byline(*words, "--target", server.url, "--out", "old")
    with scripted(Says(), as_json(DECLINED), as_json(ANSWER), as_json(ARTICLE), as_json(ANSWER)) as server:
        byline(*words, "--target", server.url, "--out", "new")

    open_ = byline("eval", "compare", "old", "new", "--gate")
    strict = byline("eval", "compare", "old", "new", "--gate", "--strict")

    assert (open_.status, strict.status) == (0, 1)
    assert "Gate: inconclusive" in open_.out and "Gate: inconclusive" in strict.out


# -- new --------------------------------------------------------------------------------------------


def test_a_suite_is_drafted_from_articles_and_run_once_accepted(
    byline: Callable[..., Ran], suite: Path, tmp_path: Path
) -> None:
    drafted = byline("eval", "new", "drafted", suite / "articles")
    waiting = byline("eval", "run", "drafted")

    assert drafted.status == 0, drafted
    assert "byline eval run drafted" in drafted.out
    assert waiting.status == 2 and "accepted" in waiting.err

    file = tmp_path / "drafted" / "questions.jsonl"
    cases = [{**json.loads(line), "accepted": True} for line in file.read_text("utf-8").splitlines()]
    file.write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")
    assert byline("eval", "run", "drafted", "--out", "run").status == 0
    assert "Gate: passed" in byline("eval", "compare", "run", "run", "--gate").out


def test_a_suite_is_drafted_from_the_articles_in_its_own_folder(byline: Callable[..., Ran], suite: Path) -> None:
    for name in ("suite.toml", "questions.jsonl"):
        (suite / name).unlink()

    assert byline("eval", "new", suite, suite / "articles").status == 0
    assert "accepted" in byline("eval", "run", suite).err
    assert len(list((suite / "articles").iterdir())) == 2
