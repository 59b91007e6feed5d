"""The data types of articles, passages, statements and answers.

All offsets count Unicode code points into `Article.text`; all text is NFC; all types are immutable.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

_STRAIGHT, _INNER = re.compile(r'"([^"]*)"'), r"‘\1’"
_INNER_MARKS = str.maketrans("“”", "‘’")  # for a quotation inside a quotation
Mode = Literal["auto", "llm", "extractive"]


def normalize(text: str) -> str:
    """Normalizes text for storage: NFC, `\\n` line ends, no byte-order mark, no NUL, no lone surrogate."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text.lstrip("\ufeff").replace("\x00", ""))


def squeeze(text: str) -> str:
    """Replaces each run of white space (non-breaking and line breaks too) by one space."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Source:
    """An article's metadata, as a citation shows it. Unknown outlet, url or day is None."""

    id: str
    title: str
    outlet: str | None = None
    url: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`text[start:end]` of its article. `evidence` is false for captions, footers, headings and repeats."""

    number: int
    start: int
    end: int
    evidence: bool = True


@dataclass(frozen=True, slots=True)
class Article:
    """One published piece from one outlet, with its paragraphs in order (numbered from 1)."""

    source: Source
    text: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def id(self) -> str:
        return self.source.id

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that is stored; an article with an unchanged fingerprint is skipped at ingest."""
        source = self.source
        parts = (source.title, source.outlet, source.url, source.published, self.text, self.paragraphs)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that a search found, with its text; `score` lies in 0–1, 1 is best.

    `reprints` are paragraphs of other articles with (nearly) the same words, folded into this one.
    """

    source: Source
    paragraph: int
    start: int
    end: int
    text: str
    score: float
    reprints: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be read. Outlet names ignore case; an undated article passes every date filter."""

    outlets: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its history, filters and options."""

    text: str
    history: tuple[Turn, ...] = ()
    filters: Filters = Filters()
    as_of: date | None = None
    mode: Mode = "auto"
    passages: int = 20


@dataclass(frozen=True, slots=True)
class Span:
    """Exact characters of an article; `passage` is the index of its passage in the evidence."""

    passage: int
    start: int
    end: int

    def words(self, passages: Sequence[Passage]) -> str:
        """The span's text."""
        passage = passages[self.passage]
        return passage.text[self.start - passage.start : self.end - passage.start]


@dataclass(frozen=True, slots=True)
class Draft:
    """One unchecked sentence of a writer.

    `passages` are the indices of the passages it cites; `spans` their exact words, where the writer knows them.
    `likelihood`, 0–1, is the writer's estimate that the sentence answers the question.
    """

    text: str
    passages: tuple[int, ...]
    spans: tuple[Span, ...] = ()
    likelihood: float = 1.0


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that passed the check, with the exact words that support it.

    `score`, 0–1: the lesser of its support and of the likelihood that it answers. `verbatim`: it is the article's own
    words; `is_quotation`: these replace a sentence that its sources do not support. `is_anew`: it is supported by
    another passage than the one it cited; `is_shortened`: an unsupported claim was cut off.
    """

    text: str
    spans: tuple[Span, ...]
    score: float
    verbatim: bool = False
    is_quotation: bool = False
    is_anew: bool = False
    is_shortened: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A pointer to exact characters of an article: a W3C TextQuoteSelector with offsets."""

    number: int
    source: Source
    paragraph: int
    start: int
    end: int
    quote: str
    prefix: str
    suffix: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer. `articles` and `origins` count the reports that support it.

    `first_origin` names the outlet of the earliest of these reports, if known. `verbatim`: it is the article's own
    words; where these replace a model's sentence, `credit` is their outlet (empty if unknown), else None.
    """

    text: str
    citations: tuple[int, ...]
    score: float
    articles: int
    origins: int
    first_origin: str | None = None
    verbatim: bool = False
    credit: str | None = None
    support: Literal["verified"] = "verified"

    @property
    def shown(self) -> str:
        """The text to show: a quotation that replaces a model's sentence gets quotation marks and its outlet."""
        if self.credit is None:
            return self.text
        quotation = f"“{_STRAIGHT.sub(_INNER, self.text).translate(_INNER_MARKS)}”"
        return f"{self.credit}: {quotation}" if self.credit else quotation


@dataclass(frozen=True, slots=True)
class Version:
    """One of several values that the articles report for the same fact."""

    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Articles that report a fact differently; `updated` where a newer report supersedes an older one."""

    about: str
    kind: Literal["differ", "updated"]
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds that each step of an answer took."""

    embed: float = 0.0
    retrieve: float = 0.0
    answer: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and cost of an answer's language model calls; zeros where there were none."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost_usd + other.cost_usd,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The cited answer to a question; `answered` is false where the articles do not have one."""

    id: str
    question: str
    answered: bool
    mode: Literal["llm", "extractive"]
    model: str | None
    text: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    lead: str = ""  # the first sentence of the text, where the first disagreement is on what was asked
    closest: tuple[Passage, ...] = ()
    notes: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage = field(default_factory=Usage)
    refused: int = 0  # drafts that failed the check
    failed: int = 0  # steps that crashed and were left out


@dataclass(frozen=True, slots=True)
class Rejected:
    """An article that could not be ingested; `index` is its place, from 0, in the call or file."""

    index: int
    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """How many articles an ingest added, updated and left unchanged, and which it rejected."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: Sequence[Rejected] = ()
