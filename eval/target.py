"""What a suite can be asked of: a desk in this process, or a service."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from eval.cases import Case
from eval.replies import Reply, Retrieved, SourceRef, reply_of, retrieved
from eval.runs import SourceText
from rag.articles import Answer, Article, IngestReport, Mode, Passage, Question
from rag.errors import BylineError

if TYPE_CHECKING:
    from rag.desk import Desk
    from rag.settings import Settings

IN_PROCESS = "in this process"


class NoReply(BylineError):
    """A target could not be asked, or what it said is no answer; the message says which."""


@dataclass(frozen=True, slots=True)
class About:
    """What a run's card tells of a target.

    `identity` is a hash of everything that its replies depend on, so that an earlier reply to the same question may
    stand for a new one; None where that cannot be known, as of a service behind an address. `model` is the language
    model that it is to ask, where it is to ask one.
    """

    identity: str | None
    model: str | None = None
    embedding_model: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


class Target(Protocol):
    """A system that is asked the cases of a suite. Safe to be asked by several tasks at once."""

    name: str
    mode: Mode

    @property
    def about(self) -> About:
        """What it is; known before it is ready."""

    async def ready(self) -> None:
        """Prepare for questions, so that no question waits for it. Raises BylineError where that fails."""

    async def ask(self, case: Case) -> Reply:
        """Its answer. Raises NoReply, or whatever its parts raise."""

    async def search(self, case: Case, k: int) -> tuple[Retrieved, ...]:
        """The passages it finds, best first."""

    async def article(self, id: str) -> SourceText | None:
        """An article as it keeps it; None where it has none of that id."""

    async def close(self) -> None:
        """Let go of what it holds."""


class DeskTarget:
    """A desk in this process over the articles of a suite, in a temporary library or in the one given.

    A library that is given keeps what was embedded; what else it holds is read too.
    """

    name = IN_PROCESS

    def __init__(
        self,
        articles: Sequence[Article],
        settings: Settings,
        mode: Mode = "auto",
        library: str | None = None,
        *,
        on_ingest: Callable[[IngestReport], None] = lambda report: None,
    ) -> None:
        self.mode = mode
        self._articles = {article.id: article for article in articles}
        self._settings = settings
        self._library = library
        self._on_ingest = on_ingest
        self._closing = False
        self._opening: asyncio.Future[Desk] | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._desk: Desk | None = None

    @cached_property
    def about(self) -> About:
        """Found without loading the model."""
        from rag.embedding import load_embedder

        embedder = load_embedder(self._settings.embedding_model)
        model = None if self.mode == "extractive" else self._settings.model
        told = {name: value for name in ("reranker", "checker") if (value := getattr(self._settings, name))}
        told["code"] = _code()[:12]
        if self._library:
            return About(None, model, embedder.name, {**told, "library": self._library})
        asked = ("model", "fallback_models", "api_base", "reranker", "checker")
        parts = [embedder.fingerprint, version("byline"), _code(), *(getattr(self._settings, name) for name in asked)]
        parts += sorted(f"{article.id} {article.fingerprint}" for article in self._articles.values())
        return About(_sha256(repr(parts)), model, embedder.name, told)

    async def ready(self) -> None:
        """Open the library and take the articles in, once."""
        if self._desk is None:
            self._opening = asyncio.ensure_future(asyncio.to_thread(self._opened))
            self._desk = await asyncio.shield(self._opening)

    async def ask(self, case: Case) -> Reply:
        from rag.desk import Found

        question = Question(case.question, case.history, case.filters, case.as_of, self.mode)
        passages: tuple[Passage, ...] = ()
        async for event in self._at_hand().stream(question):
            if isinstance(event, Found):
                passages = event.passages
            elif isinstance(event, Answer):
                return reply_of(event, passages)
        raise NoReply("the desk ended without an answer")

    async def search(self, case: Case, k: int) -> tuple[Retrieved, ...]:
        found = await asyncio.to_thread(self._at_hand().search, case.question, k, case.filters, case.as_of)
        return retrieved(found)

    async def article(self, id: str) -> SourceText | None:
        """From the library where it is open, else the article that it would hold."""
        from rag.errors import NotFound

        if self._desk is None:
            return _text_of(self._articles[id]) if id in self._articles else None
        try:
            return _text_of(await asyncio.to_thread(self._desk.article, id))
        except NotFound:
            return None

    async def close(self) -> None:
        """Also while it is being made ready: what is at work on the library ends before its folder goes."""
        self._closing = True
        if self._opening and not self._desk:
            with suppress(Exception):
                self._desk = await self._opening
        if self._desk:
            self._desk.close()
            self._desk = None
        if self._temporary:
            self._temporary.cleanup()

    def _at_hand(self) -> Desk:
        assert self._desk is not None, "a target is asked after `ready`"
        return self._desk

    def _opened(self) -> Desk:
        from rag.desk import Desk

        if self._library is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="byline-eval-")
        place = self._temporary.name if self._temporary else self._library
        desk = Desk.open(self._settings.model_copy(update={"library": place}))
        try:
            desk.ingest(self._articles.values(), self._ingested)
            desk.warm_up()
        except BaseException:
            desk.close()
            raise
        return desk

    def _ingested(self, report: IngestReport) -> None:
        if self._closing:
            raise NoReply("the target was closed while articles were taken in")
        self._on_ingest(report)


def _text_of(article: Article) -> SourceText:
    source = article.source
    published = source.published.isoformat() if source.published else None
    return SourceText(SourceRef(source.id, source.title, source.outlet, source.url, published), article.text)


def _code() -> str:
    """SHA-256 of the code that answers, so that no reply of yesterday's code stands for today's."""
    import rag

    folder = Path(rag.__file__).parent
    files = sorted(folder.rglob("*.py"))
    return _sha256(json.dumps([(file.relative_to(folder).as_posix(), file.read_text("utf-8")) for file in files]))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
