"""Asks a target every case of a suite, and stores each reply immediately."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Literal

from eval.caching import Cache, Kept, key_of
from eval.cases import Case, Suite
from eval.replies import Reply
from eval.runs import (
    CARD,
    JUDGED,
    RECORDS,
    TEXTS,
    Card,
    Record,
    Run,
    SourceText,
    begin,
    cut_torn_line,
    read_beginning,
    read_records,
    read_texts,
    record_line,
    suite_hash,
    text_line,
    write_card,
    write_run,
)
from eval.target import NoReply, Target
from rag.articles import squeeze
from rag.errors import BadInput, BylineError

SEARCHED = 50  # passages of a search: enough to contain ten different articles
LONGEST_ERROR = 500

Existing = Literal["refuse", "resume", "replace"]
OnProgress = Callable[[Record, int, int], None]  # the new record, the number so far, the total


async def run_suite(
    suite: Suite,
    target: Target,
    *,
    folder: Path,
    cache: Path | None = None,
    fresh: bool = False,
    parallel: int = 1,
    existing: Existing = "refuse",
    typed: str = "",
    on_progress: OnProgress = lambda record, done, total: None,
) -> Run:
    """Asks every case, `parallel` at a time, and writes the run to its folder.

    `existing` says what to do with a run in the folder: `resume` asks only missing and errored cases. Replies in the
    folder `cache` are reused, unless `fresh`. `typed` is the suite's name as the user typed it. An error of the
    target is an outcome of its case, and so is an answer that the language model should have written but did not. If
    anything else ends the run (Ctrl-C, a full disk), the replies so far are in the folder.

    Raises BadInput where the folder holds other files, a run that may not be replaced, or one with other settings;
    BylineError where the target cannot get ready.
    """
    card = _card(suite, target, typed)
    records = _resumed_or_begun(card, suite, folder, existing)
    with _timed(card, folder), _opened(folder, target) as log, Cache(cache, target.about.identity) as replies:
        work = _Work(suite, target, replies, log, records, on_progress)
        asked = [case for case in suite.cases if case.id not in records and (fresh or not await work.has_reply(case))]
        if asked:
            await target.ready()
        await _in_parallel(work, asked, parallel)
        texts = log.texts
    card = replace(read_beginning(folder)[0], model=card.model or _reported_model(records))
    run = Run(card, suite, tuple(records[case.id] for case in suite.cases), texts)
    write_run(run, folder)
    return run


# -- beginning and end of a run ---------------------------------------------------------------------


def _card(suite: Suite, target: Target, typed: str) -> Card:
    about = target.about
    return Card(
        suite=suite.name,
        suite_hash=suite_hash(suite),
        target=target.name,
        mode=target.mode,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        byline=version("byline"),
        model=about.model,
        embedding_model=about.embedding_model,
        settings=about.settings,
        typed=typed,
    )


def _resumed_or_begun(card: Card, suite: Suite, folder: Path, existing: Existing) -> dict[str, Record]:
    """The records of a run to resume; otherwise begins a new folder."""
    here = (folder / CARD).is_file()
    if not here and folder.is_dir() and any(not file.name.startswith(".") for file in folder.iterdir()):
        raise BadInput(f"{folder} holds other files, which a run might overwrite: name a new folder.")
    if here and existing == "refuse":
        raise BadInput(
            f"{folder} holds a run already: continue it with --resume, replace it with --fresh, or name another."
        )
    (folder / JUDGED).unlink(missing_ok=True)
    if here and existing == "resume":
        _compare(read_beginning(folder)[0], card, folder)
        for file in (RECORDS, TEXTS):
            cut_torn_line(folder / file)
        return {case: record for case, record in read_records(folder).items() if record.status != "errored"}
    for file in (CARD, RECORDS, TEXTS):
        (folder / file).unlink(missing_ok=True)
    begin(card, suite, folder)
    return {}


def _compare(old: Card, new: Card, folder: Path) -> None:
    """Raises BadInput where resuming would mix the replies of different systems or suites."""
    names = [
        "suite_hash",
        "target",
        "mode",
        "byline",
        "embedding_model",
        "settings",
        *(["model"] if new.model else []),
    ]
    other = [name for name in names if getattr(old, name) != getattr(new, name)]
    if other:
        what = ", ".join(name.replace("_hash", "").replace("_", " ") for name in other)
        raise BadInput(
            f"{folder} holds a run with other settings ({what} changed): replace it with --fresh or name another."
        )


@contextmanager
def _timed(card: Card, folder: Path) -> Iterator[None]:
    """Adds the elapsed time to the run's card, however the run ends."""
    began, card = time.monotonic(), read_beginning(folder)[0]
    try:
        yield
    finally:
        write_card(replace(card, seconds=round(card.seconds + time.monotonic() - began, 3)), folder)


def _reported_model(records: dict[str, Record]) -> str | None:
    return next((one.reply.model for one in records.values() if one.reply and one.reply.model), None)


# -- asking -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Work:
    """A run in progress."""

    suite: Suite
    target: Target
    replies: Cache
    log: _Log
    records: dict[str, Record]
    on_progress: OnProgress

    async def has_reply(self, case: Case) -> bool:
        """Whether there is a cached reply for this case; if so, records it."""
        kept = self.replies.get(self._key(case))
        if kept is None or self._fell_back(kept.reply):
            return False
        await self.log.note_texts(kept.reply)
        self._record(Record(case.id, _status(kept.reply), kept.seconds, kept.reply, cached=True))
        return True

    async def ask(self, case: Case) -> None:
        """Asks the target; records its reply or its error."""
        began = time.perf_counter()
        seconds: float | None = None
        try:
            reply = await self._reply(case)
            seconds = time.perf_counter() - began
            await self.log.note_texts(reply)
        except Exception as error:  # any error of the target is the outcome of this case only
            seconds = seconds or time.perf_counter() - began
            self._record(Record(case.id, "errored", round(seconds, 4), error=_in_words(error)))
            return
        record = Record(case.id, _status(reply), round(seconds, 4), reply)
        if reply.model or not self.target.about.model:  # do not cache replies without a model that failed once
            self.replies.keep(Kept(self._key(case), record.seconds, reply))
        self._record(record)

    async def _reply(self, case: Case) -> Reply:
        if self.suite.task == "ask":
            reply = await self.target.ask(case)
            if self._fell_back(reply):
                raise NoReply(" ".join(reply.notes) or f"No language model wrote this answer, but {reply.mode!r}.")
            return reply
        found = await self.target.search(case, SEARCHED)
        return Reply(answered=bool(found), text="", passages=found)

    def _fell_back(self, reply: Reply) -> bool:
        """Whether a language model should have written this answer and did not.

        Without passages there is nothing to write about. A system that does not report its mode is trusted.
        """
        nothing_found = not (reply.answered or reply.passages or reply.notes)
        return self.target.mode == "llm" and reply.mode not in ("", "llm") and not nothing_found

    def _key(self, case: Case) -> str:
        return key_of(case, self.suite.task, self.target.mode)

    def _record(self, record: Record) -> None:
        self.log.note(record)
        self.records[record.case] = record
        self.on_progress(record, len(self.records), len(self.suite.cases))


async def _in_parallel(work: _Work, cases: Sequence[Case], parallel: int) -> None:
    waiting = iter(cases)

    async def ask_on() -> None:
        for case in waiting:
            await work.ask(case)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(parallel, len(cases))):
                group.create_task(ask_on())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _status(reply: Reply) -> Literal["answered", "declined"]:
    return "answered" if reply.answered else "declined"


def _in_words(error: Exception) -> str:
    text = squeeze(str(error))
    if not isinstance(error, BylineError):
        text = f"{type(error).__name__}: {text}"
    return text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]}…"


# -- the files of a run in progress -----------------------------------------------------------------


@dataclass(slots=True)
class _Log:
    """Appends records and cited articles to a run's files. Each article is fetched once."""

    target: Target
    records: BinaryIO
    cited: BinaryIO
    texts: dict[str, SourceText]
    _missing: set[str] = field(default_factory=set)
    _fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    def note(self, record: Record) -> None:
        self.records.write(record_line(record))

    async def note_texts(self, reply: Reply) -> None:
        """Stores the articles that a reply cites; those that the target does not have are skipped."""
        for id in dict.fromkeys(citation.article.id for citation in reply.citations):
            async with self._fetching:
                if id not in self.texts and id not in self._missing:
                    await self._fetch(id)

    async def _fetch(self, id: str) -> None:
        text = await self.target.article(id)
        if text is None or text.source.id != id:
            self._missing.add(id)
            return
        self.cited.write(text_line(text))
        self.texts[id] = text


@contextmanager
def _opened(folder: Path, target: Target) -> Iterator[_Log]:
    with (folder / RECORDS).open("ab", buffering=0) as records, (folder / TEXTS).open("ab", buffering=0) as cited:
        yield _Log(target, records, cited, read_texts(folder))
