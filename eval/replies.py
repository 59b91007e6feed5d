"""The types of a system's replies, the same for a desk in this process and for a service over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.articles import Answer, Passage, Source


@dataclass(frozen=True, slots=True)
class SourceRef:
    """An article's metadata, as the system reports them."""

    id: str
    title: str = ""
    outlet: str | None = None
    url: str | None = None
    published: str | None = None  # ISO 8601


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was found; `text` should equal `article.text[start:end]`."""

    article: SourceRef
    start: int
    end: int
    text: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation; `quote` should equal `article.text[start:end]`."""

    number: int
    article: SourceRef
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Stated:
    """One sentence of an answer with the numbers of its citations."""

    text: str
    citations: tuple[int, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a disagreement."""

    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """A disagreement between articles; `kind` is differ or updated."""

    about: str
    kind: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to be scored. `passages` are the retrieved ones, best first, if the system reports them."""

    answered: bool
    text: str
    statements: tuple[Stated, ...] = ()
    citations: tuple[Cited, ...] = ()
    disagreements: tuple[Differing, ...] = ()
    passages: tuple[Retrieved, ...] = ()
    mode: str = ""
    model: str | None = None
    notes: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, float] = field(default_factory=dict)

    @property
    def confidence(self) -> float:
        """The score of the leading statement; 0 where the system declined."""
        return self.statements[0].score if self.answered and self.statements else 0.0


def reply_of(answer: Answer, passages: Sequence[Passage]) -> Reply:
    """Converts a desk's answer to a reply."""
    return Reply(
        answered=answer.answered,
        text=answer.text,
        statements=tuple(Stated(one.text, one.citations, one.score) for one in answer.statements),
        citations=tuple(
            Cited(one.number, _source(one.source), one.start, one.end, one.quote) for one in answer.citations
        ),
        disagreements=tuple(
            Differing(one.about, one.kind, tuple(Version(each.value, each.citations) for each in one.versions))
            for one in answer.disagreements
        ),
        passages=retrieved(passages),
        mode=answer.mode,
        model=answer.model,
        notes=answer.notes,
        timings_ms={name: getattr(answer.timings, name) for name in answer.timings.__slots__},
        usage={name: getattr(answer.usage, name) for name in answer.usage.__slots__},
    )


def retrieved(passages: Sequence[Passage]) -> tuple[Retrieved, ...]:
    """Converts the passages of a desk's search."""
    return tuple(Retrieved(_source(one.source), one.start, one.end, one.text, one.score) for one in passages)


def reply_from_json(answer: Mapping[str, Any], passages: Sequence[Mapping[str, Any]] = ()) -> Reply:
    """Parses the JSON of an answer. Raises KeyError, TypeError or ValueError where it is not valid."""
    return Reply(
        answered=bool(answer["answered"]),
        text=str(answer["text"]),
        statements=tuple(
            Stated(one["text"], tuple(one["citations"]), float(one.get("score") or 0.0))
            for one in answer["statements"]
        ),
        citations=tuple(
            Cited(int(one["number"]), _source_from_json(one["article"]), one["start"], one["end"], one["quote"])
            for one in answer["citations"]
        ),
        disagreements=tuple(
            Differing(
                one["about"],
                one.get("kind", "differ"),
                tuple(Version(each["value"], tuple(each["citations"])) for each in one["versions"]),
            )
            for one in answer.get("disagreements", ())
        ),
        passages=retrieved_from_json(passages),
        mode=answer.get("mode", ""),
        model=answer.get("model"),
        notes=tuple(answer.get("notes", ())),
        timings_ms=dict(answer.get("timings_ms") or {}),
        usage=dict(answer.get("usage") or {}),
    )


def retrieved_from_json(passages: Sequence[Mapping[str, Any]]) -> tuple[Retrieved, ...]:
    """Parses the JSON of a service's passages."""
    return tuple(
        Retrieved(_source_from_json(one["article"]), one["start"], one["end"], one["text"], one.get("score", 0.0))
        for one in passages
    )


def _source(source: Source) -> SourceRef:
    published = source.published.isoformat() if source.published else None
    return SourceRef(source.id, source.title, source.outlet, source.url, published)


def _source_from_json(source: Mapping[str, Any]) -> SourceRef:
    return SourceRef(
        str(source["id"]), source.get("title") or "", source.get("outlet"), source.get("url"), source.get("published")
    )
