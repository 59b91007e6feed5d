"""Asks a target every case of a suite, and stores each reply at once."""

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

SEARCHED = 50  # passages of a search: ten different articles are hardly ever further down
LONGEST_ERROR = 500

Existing = Literal["refuse", "resume", "replace"]
OnProgress = Callable[[Record, int, int], None]  # the record that came, how many there are now, and are to be


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
    """Ask every case, `parallel` at a time, and write the run to its folder.

    `existing` is what becomes of a run that lies there: `resume` asks what it has not asked and what errored. A reply
    that lies in the folder `cache` is not asked for again, unless `fresh`. `typed` is what named the suite. An error
    of the target is its case's outcome, and so is an answer without the language model that was to write it;
    whatever else ends the run (Ctrl-C, a full disk), what has been replied is in the folder.

    Raises BadInput where the folder holds other files, a run that is in the way, or one made otherwise; BylineError
    where the target cannot be made ready.
    """
    card = _card(suite, target, typed)
    records = _taken_up(card, suite, folder, existing)
    with _timed(card, folder), _opened(folder, target) as log, Cache(cache, target.about.identity) as replies:
        work = _Work(suite, target, replies, log, records, on_progress)
        asked = [case for case in suite.cases if case.id not in records and (fresh or not await work.has_reply(case))]
        if asked:
            await target.ready()
        await _in_parallel(work, asked, parallel)
        texts = log.texts
    card = replace(read_beginning(folder)[0], model=card.model or _model_told(records))
    run = Run(card, suite, tuple(records[case.id] for case in suite.cases), texts)
    write_run(run, folder)
    return run


# -- where a run begins and ends --------------------------------------------------------------------


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


def _taken_up(card: Card, suite: Suite, folder: Path, existing: Existing) -> dict[str, Record]:
    """The records that a run can go on from; where there are none, its folder is begun."""
    here = (folder / CARD).is_file()
    if not here and folder.is_dir() and any(not file.name.startswith(".") for file in folder.iterdir()):
        raise BadInput(f"{folder} holds other files, which a run would overwrite: name a new folder.")
    if here and existing == "refuse":
        raise BadInput(
            f"{folder} holds a run already: go on with --resume, replace it with --fresh, or name another."
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
    """Raises BadInput where going on would mix the replies of two different things."""
    told = [
        "suite_hash",
        "target",
        "mode",
        "byline",
        "embedding_model",
        "settings",
        *(["model"] if new.model else []),
    ]
    other = [name for name in told if getattr(old, name) != getattr(new, name)]
    if other:
        what = ", ".join(name.replace("_hash", "").replace("_", " ") for name in other)
        raise BadInput(
            f"{folder} holds a run made otherwise ({what} changed): replace it with --fresh or name another."
        )


@contextmanager
def _timed(card: Card, folder: Path) -> Iterator[None]:
    """Adds what it lasts to the seconds of the run's card, however it ends."""
    began, card = time.monotonic(), read_beginning(folder)[0]
    try:
        yield
    finally:
        write_card(replace(card, seconds=round(card.seconds + time.monotonic() - began, 3)), folder)


def _model_told(records: dict[str, Record]) -> str | None:
    return next((one.reply.model for one in records.values() if one.reply and one.reply.model), None)


# -- asking -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Work:
    """A run that goes on."""

    suite: Suite
    target: Target
    replies: Cache
    log: _Log
    records: dict[str, Record]
    on_progress: OnProgress

    async def has_reply(self, case: Case) -> bool:
        """Whether a reply of an earlier run stands for this case; if so, it is recorded."""
        kept = self.replies.get(self._key(case))
        if kept is None or self._fell_back(kept.reply):
            return False
        await self.log.note_texts(kept.reply)
        self._record(Record(case.id, _status(kept.reply), kept.seconds, kept.reply, cached=True))
        return True

    async def ask(self, case: Case) -> None:
        """Record what the target replies, or how it failed."""
        began = time.perf_counter()
        seconds: float | None = None
        try:
            reply = await self._reply(case)
            seconds = time.perf_counter() - began
            await self.log.note_texts(reply)
        except Exception as error:  # whatever a system throws is its outcome of this case, and no other's
            seconds = seconds or time.perf_counter() - began
            self._record(Record(case.id, "errored", round(seconds, 4), error=_in_words(error)))
            return
        record = Record(case.id, _status(reply), round(seconds, 4), reply)
        if reply.model or not self.target.about.model:  # a model that failed for once is not to stay away
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
        """Whether a language model was to write this answer and did not.

        Where nothing was found there is nothing to write of. A system that does not tell who wrote is believed.
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
    told = squeeze(str(error))
    if not isinstance(error, BylineError):
        told = f"{type(error).__name__}: {told}"
    return told if len(told) <= LONGEST_ERROR else f"{told[:LONGEST_ERROR]}…"


# -- what is written as it comes --------------------------------------------------------------------


@dataclass(slots=True)
class _Log:
    """The records and the cited articles of a run, appended to their files. An article is fetched once."""

    target: Target
    records: BinaryIO
    cited: BinaryIO
    texts: dict[str, SourceText]
    _missing: set[str] = field(default_factory=set)
    _fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    def note(self, record: Record) -> None:
        self.records.write(record_line(record))

    async def note_texts(self, reply: Reply) -> None:
        """The articles that a reply cites; one that the target does not have is left out."""
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
