"""The interface of a system under test, and a desk in this process as one."""

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
    """A target could not be reached, or its reply is not an answer; the message says which."""


@dataclass(frozen=True, slots=True)
class About:
    """Information on a target for a run's card.

    `identity` is a hash of everything that its replies depend on, for caching replies; None where that is unknown,
    such as for a service. `model` is the language model that it should use, if any.
    """

    identity: str | None
    model: str | None = None
    embedding_model: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


class Target(Protocol):
    """A system under test. Several tasks may ask it at once."""

    name: str
    mode: Mode

    @property
    def about(self) -> About:
        """Information on the target, available before it is ready."""

    async def ready(self) -> None:
        """Prepares for questions. Raises BylineError where that fails."""

    async def ask(self, case: Case) -> Reply:
        """The target's answer. Raises NoReply or any other error."""

    async def search(self, case: Case, k: int) -> tuple[Retrieved, ...]:
        """The passages that the target finds, best first."""

    async def article(self, id: str) -> SourceText | None:
        """An article as the target stores it; None where it has none with that id."""

    async def close(self) -> None:
        """Releases resources."""


class DeskTarget:
    """A desk in this process over a suite's articles, in a temporary library or in the given one.

    A given library keeps the articles, and its other articles are searched too.
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
        """Computed without loading the model."""
        from rag.embedding import load_embedder

        embedder = load_embedder(self._settings.embedding_model)
        model = None if self.mode == "extractive" else self._settings.model
        settings = {name: value for name in ("reranker", "checker") if (value := getattr(self._settings, name))}
        settings["code"] = _code()[:12]
        if self._library:
            return About(None, model, embedder.name, {**settings, "library": self._library})
        asked = ("model", "fallback_models", "api_base", "reranker", "checker")
        parts = [embedder.fingerprint, version("byline"), _code(), *(getattr(self._settings, name) for name in asked)]
        parts += sorted(f"{article.id} {article.fingerprint}" for article in self._articles.values())
        return About(_sha256(repr(parts)), model, embedder.name, settings)

    async def ready(self) -> None:
        """Opens the library and adds the articles, once."""
        if self._desk is None:
            self._opening = asyncio.ensure_future(asyncio.to_thread(self._opened))
            self._desk = await asyncio.shield(self._opening)

    async def ask(self, case: Case) -> Reply:
        from rag.desk import Found

        question = Question(case.question, case.history, case.filters, case.as_of, self.mode)
        passages: tuple[Passage, ...] = ()
        async for event in self._ready_desk().stream(question):
            if isinstance(event, Found):
                passages = event.passages
            elif isinstance(event, Answer):
                return reply_of(event, passages)
        raise NoReply("the desk ended without an answer")

    async def search(self, case: Case, k: int) -> tuple[Retrieved, ...]:
        found = await asyncio.to_thread(self._ready_desk().search, case.question, k, case.filters, case.as_of)
        return retrieved(found)

    async def article(self, id: str) -> SourceText | None:
        """From the open library; before that, from the suite's articles."""
        from rag.errors import NotFound

        if self._desk is None:
            return _text_of(self._articles[id]) if id in self._articles else None
        try:
            return _text_of(await asyncio.to_thread(self._desk.article, id))
        except NotFound:
            return None

    async def close(self) -> None:
        """Waits for `ready` to end, so that the library's folder is deleted only afterwards."""
        self._closing = True
        if self._opening and not self._desk:
            with suppress(Exception):
                self._desk = await self._opening
        if self._desk:
            self._desk.close()
            self._desk = None
        if self._temporary:
            self._temporary.cleanup()

    def _ready_desk(self) -> Desk:
        assert self._desk is not None, "call `ready` first"
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
            raise NoReply("the target was closed during the ingest")
        self._on_ingest(report)


def _text_of(article: Article) -> SourceText:
    source = article.source
    published = source.published.isoformat() if source.published else None
    return SourceText(SourceRef(source.id, source.title, source.outlet, source.url, published), article.text)


def _code() -> str:
    """SHA-256 of the source code of `rag`, so that cached replies of other code are not used."""
    import rag

    folder = Path(rag.__file__).parent
    files = sorted(folder.rglob("*.py"))
    return _sha256(json.dumps([(file.relative_to(folder).as_posix(), file.read_text("utf-8")) for file in files]))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
