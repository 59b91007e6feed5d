"""What a system replied, in one form for a desk in this process and for any service that speaks the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.articles import Answer, Passage, Source


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Which article something is from, as the system says."""

    id: str
    title: str = ""
    outlet: str | None = None
    url: str | None = None
    published: str | None = None  # ISO 8601


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was found: `text` is to be `article.text[start:end]`."""

    article: SourceRef
    start: int
    end: int
    text: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation: `quote` is to be `article.text[start:end]`."""

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
class Told:
    """One version of what the articles disagree about."""

    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """A disagreement between articles; `kind` is differ or updated."""

    about: str
    kind: str
    versions: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it is scored. `passages` are what was retrieved, best first, where the system tells."""

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
        """How sure the system is of its answer: the score of its leading statement, 0 where it declined."""
        return self.statements[0].score if self.answered and self.statements else 0.0


def reply_of(answer: Answer, passages: Sequence[Passage]) -> Reply:
    """The reply that a desk's answer is."""
    return Reply(
        answered=answer.answered,
        text=answer.text,
        statements=tuple(Stated(one.text, one.citations, one.score) for one in answer.statements),
        citations=tuple(
            Cited(one.number, _source(one.source), one.start, one.end, one.quote) for one in answer.citations
        ),
        disagreements=tuple(
            Differing(one.about, one.kind, tuple(Told(told.value, told.citations) for told in one.versions))
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
    """What a desk's search found."""
    return tuple(Retrieved(_source(one.source), one.start, one.end, one.text, one.score) for one in passages)


def reply_from_json(answer: Mapping[str, Any], passages: Sequence[Mapping[str, Any]] = ()) -> Reply:
    """The reply that the contract's JSON is. Raises KeyError, TypeError or ValueError where it is not one."""
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
                tuple(Told(told["value"], tuple(told["citations"])) for told in one["versions"]),
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
    """What a service's search found."""
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
