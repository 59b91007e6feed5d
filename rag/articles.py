"""The types that flow from an article to an answer.

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
_INNER_MARKS = str.maketrans("“”", "‘’")  # of a quotation within one
Mode = Literal["auto", "llm", "extractive"]


def normalize(text: str) -> str:
    """The text as it is stored: NFC, `\\n` line ends, no byte-order mark, no NUL, no lone surrogate."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text.lstrip("\ufeff").replace("\x00", ""))


def squeeze(text: str) -> str:
    """The text on one line, runs of white space (non-breaking spaces too) made one space."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Source:
    """Which article it is: all that a citation shows of it. Unknown outlet, url or day is None."""

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
        """SHA-256 of everything stored of the article; equal fingerprints need no work at ingest."""
        source = self.source
        parts = (source.title, source.outlet, source.url, source.published, self.text, self.paragraphs)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that a search found. `text` is the paragraph's; `score` lies in 0–1, best first.

    `reprints` are the paragraphs of other articles with (nearly) the same words, folded into this one.
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
    """Which articles may be read. Outlets are compared without case; an undated article passes any date."""

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
    """A question as it is asked, with everything that bounds its answer."""

    text: str
    history: tuple[Turn, ...] = ()
    filters: Filters = Filters()
    as_of: date | None = None
    mode: Mode = "auto"
    passages: int = 20


@dataclass(frozen=True, slots=True)
class Span:
    """Exact characters of one passage's article: `passage` is an index into the passages at hand."""

    passage: int
    start: int
    end: int

    def words(self, passages: Sequence[Passage]) -> str:
        """The words at this place of the passages."""
        passage = passages[self.passage]
        return passage.text[self.start - passage.start : self.end - passage.start]


@dataclass(frozen=True, slots=True)
class Draft:
    """One sentence that a writer wants to state, unchecked.

    `passages` are the indices it names as its sources; `spans` the exact words, where the writer knows them.
    `likelihood`, 0–1, is how likely it answers the question, as far as the writer can tell.
    """

    text: str
    passages: tuple[int, ...]
    spans: tuple[Span, ...] = ()
    likelihood: float = 1.0


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that passed the check, with the exact words that support it.

    `score`, 0–1, is how sure it is: the lesser of its support and of the likelihood that it answers. `verbatim`: it
    is the article's own words; `is_quotation`: they stand in the place of a sentence that its sources do not bear.
    `is_anew`: words that its writer did not name bear it; `is_shortened`: a claim that nothing bears is left out.
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
    """A pointer to exact characters of an article: a W3C TextQuoteSelector with its offsets."""

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
    """One sentence of an answer. `articles` and `origins` count what stands behind it.

    `first_origin` names who had the earliest of those reports, as far as it is known. `verbatim`: it is the article's
    own words; `credit` is the outlet, or empty, where they stand in the place of a model's sentence.
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
        """The text as it is read: a quotation in the place of a sentence has quotation marks and its source."""
        if self.credit is None:
            return self.text
        quotation = f"“{_STRAIGHT.sub(_INNER, self.text).translate(_INNER_MARKS)}”"
        return f"{self.credit}: {quotation}" if self.credit else quotation


@dataclass(frozen=True, slots=True)
class Version:
    """One of several values that the articles give for the same thing."""

    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Articles that say different things about one matter; `updated` where a newer report supersedes."""

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
    """What a language model charged for an answer; zeros where none was asked."""

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
    """A question's cited answer, or the word that the articles do not know (`answered` false)."""

    id: str
    question: str
    answered: bool
    mode: Literal["llm", "extractive"]
    model: str | None
    text: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    closest: tuple[Passage, ...] = ()
    notes: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage = field(default_factory=Usage)
    refused: int = 0  # drafted sentences that failed the check
    failed: int = 0  # statements and remarks that were lost to a mistake inside


@dataclass(frozen=True, slots=True)
class Rejected:
    """An article that could not be taken in; `index` counts the articles of its call or file from 0."""

    index: int
    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, in articles."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: Sequence[Rejected] = ()
