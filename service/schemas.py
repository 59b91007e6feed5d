"""The JSON of the HTTP API: validated requests and serialized responses."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rag.articles import Answer, Article, Citation, Filters, Passage, Question, Source, Statement, Turn, normalize
from rag.tracing import Match

LONGEST_QUESTION = 2_000
LONGEST_EXCERPT = 10_000
LONGEST_TURN = 8_000
MOST_TURNS = 50
MOST_VALUES = 200


def _question_text(text: str) -> str:
    return _text(text, LONGEST_QUESTION, "ask something")


def _excerpt_text(text: str) -> str:
    return _text(text, LONGEST_EXCERPT, "give the words to be traced")


def _text(text: str, longest: int, what_to_do: str) -> str:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it contains a NUL or a lone surrogate")
    text = normalize(text).strip()
    if not text:
        raise ValueError(f"it is empty: {what_to_do}")
    if len(text) > longest:
        raise ValueError(f"it has {len(text):,} characters; at most {longest:,} are allowed")
    return text


def _day(value: object) -> object:
    """Accepts dates only: pydantic would read a number as seconds, and a time as the day in another time zone."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("it is not a date; write it like 2020-05-31")
    if not isinstance(value, (str, date, type(None))) or isinstance(value, datetime):
        raise ValueError("it is not a date; write it like 2020-05-31")
    return value


Day = Annotated[date, BeforeValidator(_day)]
QuestionText = Annotated[str, AfterValidator(_question_text)]
ExcerptText = Annotated[str, AfterValidator(_excerpt_text)]
PlainText = Annotated[str, AfterValidator(normalize)]


class _Request(BaseModel):
    """A request; unknown fields are errors, so that a misspelt one is not ignored."""

    model_config = ConfigDict(extra="forbid")


class FiltersIn(_Request):
    """Which articles may be read."""

    outlets: list[PlainText] = Field(default_factory=list, max_length=MOST_VALUES)
    published_from: Day | None = None
    published_to: Day | None = None
    articles: list[PlainText] = Field(default_factory=list, max_length=MOST_VALUES)

    @model_validator(mode="after")
    def _in_order(self) -> FiltersIn:
        if self.published_from and self.published_to and self.published_from > self.published_to:
            raise ValueError("published_from is later than published_to")
        return self

    def filters(self) -> Filters:
        return Filters(tuple(self.outlets), self.published_from, self.published_to, tuple(self.articles))


class TurnIn(_Request):
    """One earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[PlainText, Field(max_length=LONGEST_TURN)]


class AskRequest(_Request):
    """The body of `POST /v1/ask`."""

    question: QuestionText = Field(description="1–2,000 characters")
    history: list[TurnIn] = Field(default_factory=list, max_length=MOST_TURNS)
    filters: FiltersIn = Field(default_factory=FiltersIn)
    as_of: Day | None = Field(None, description="the day of the question; default: the newest article's")
    mode: Literal["auto", "llm", "extractive"] = "auto"
    passages: int = Field(20, strict=True, ge=1, le=50)
    stream: bool = Field(False, strict=True, description="answer as server-sent events")

    def question_asked(self) -> Question:
        return Question(
            self.question,
            tuple(Turn(turn.role, turn.content) for turn in self.history),
            self.filters.filters(),
            self.as_of,
            self.mode,
            self.passages,
        )


class SearchRequest(_Request):
    """The body of `POST /v1/search`."""

    query: QuestionText = Field(description="1–2,000 characters")
    k: int = Field(10, strict=True, ge=1, le=100)
    filters: FiltersIn = Field(default_factory=FiltersIn)
    as_of: Day | None = None


class TraceRequest(_Request):
    """The body of `POST /v1/trace`."""

    excerpt: ExcerptText = Field(description="1–10,000 characters: a sentence or a paragraph, as it was found")


class ArticlesIn(_Request):
    """The body of `POST /v1/articles`. Each article is checked alone, so that a bad one does not stop the rest."""

    articles: list[Any] = Field(
        max_length=10_000, description="objects with title, text or html, outlet, url, published, id"
    )


class SourceOut(BaseModel):
    """An article's metadata."""

    id: str
    title: str
    outlet: str | None
    url: str | None
    published: date | None


class ParagraphOut(BaseModel):
    """`text[start:end]` of the article; `evidence` is false for captions, footers, headings and repeats."""

    number: int
    start: int
    end: int
    evidence: bool


class ArticleOut(SourceOut):
    """An article with its full text."""

    text: str
    paragraphs: list[ParagraphOut]


class ArticlesOut(BaseModel):
    """A page of articles; `next` is the cursor of the next page, null at the end."""

    articles: list[SourceOut]
    next: str | None


class RejectedOut(BaseModel):
    """A rejected article, by its place in the request from 0."""

    index: int
    reason: str


class IngestOut(BaseModel):
    """How many articles were added, updated and unchanged, and which were rejected."""

    added: int
    updated: int
    unchanged: int
    rejected: list[RejectedOut]


class PassageOut(BaseModel):
    """A paragraph that a search found; `score` lies in 0–1."""

    article: SourceOut
    paragraph: int
    start: int
    end: int
    text: str
    score: float


class PassagesOut(BaseModel):
    """The passages of a search, best first."""

    passages: list[PassageOut]


class EditOut(BaseModel):
    """Words of the excerpt, and the article's words that they replace; either may be empty."""

    excerpt: str
    article: str


class MatchOut(BaseModel):
    """An excerpt's place in an article: `article.text[start:end] == quote`; it begins in `paragraph`.

    `exact`: identical; `near`: the same words with other punctuation or spelling, or with words left out at an
    ellipsis; `edited`: other words. `link` leads to the words on the article's page, if its URL is known.
    """

    article: SourceOut
    paragraph: int
    start: int
    end: int
    quote: str
    kind: Literal["exact", "near", "edited"]
    edits: list[EditOut]
    link: str | None


class MatchesOut(BaseModel):
    """An excerpt's places: exact before near before edited, the earliest published first; empty if in no article."""

    matches: list[MatchOut]


class StatementOut(BaseModel):
    """One sentence of an answer; `articles` and `origins` count the reports that support it."""

    text: str
    citations: list[int]
    support: Literal["verified"]
    verbatim: bool = Field(description="whether it is the article's own words")
    score: float
    articles: int
    origins: int


class CitationOut(BaseModel):
    """A pointer to the exact characters of an article: `article.text[start:end] == quote`."""

    number: int
    article: SourceOut
    paragraph: int
    start: int
    end: int
    quote: str
    prefix: str
    suffix: str
    link: str | None


class StatedOut(StatementOut):
    """A streamed statement with its citations."""

    sources: list[CitationOut]


class VersionOut(BaseModel):
    """One of several values that articles report."""

    value: str
    citations: list[int]


class DisagreementOut(BaseModel):
    """Articles that report a fact differently."""

    about: str
    kind: Literal["differ", "updated"]
    versions: list[VersionOut]


class TimingsOut(BaseModel):
    """Milliseconds by step."""

    embed: float
    retrieve: float
    answer: float
    verify: float
    total: float


class UsageOut(BaseModel):
    """Tokens and cost of the language model."""

    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


class AnswerOut(BaseModel):
    """The response of `POST /v1/ask`."""

    id: str
    question: str
    answered: bool
    mode: Literal["llm", "extractive"]
    model: str | None
    text: str
    statements: list[StatementOut]
    citations: list[CitationOut]
    disagreements: list[DisagreementOut]
    closest: list[PassageOut]
    notes: list[str]
    timings_ms: TimingsOut
    usage: UsageOut


class ProblemOut(BaseModel):
    """An error (RFC 9457); `errors` names each invalid field."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


def to_json(out: BaseModel) -> str:
    """One line of JSON, non-ASCII characters unescaped."""
    return json.dumps(out.model_dump(mode="json"), ensure_ascii=False)


def source_out(source: Source) -> SourceOut:
    return SourceOut(
        id=source.id, title=source.title, outlet=source.outlet, url=source.url, published=source.published
    )


def article_out(article: Article) -> ArticleOut:
    paragraphs = [
        ParagraphOut(number=p.number, start=p.start, end=p.end, evidence=p.evidence) for p in article.paragraphs
    ]
    return ArticleOut(**source_out(article.source).model_dump(), text=article.text, paragraphs=paragraphs)


def passage_out(passage: Passage) -> PassageOut:
    return PassageOut(
        article=source_out(passage.source),
        paragraph=passage.paragraph,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        score=round(passage.score, 6),
    )


def passages_out(passages: tuple[Passage, ...]) -> PassagesOut:
    return PassagesOut(passages=[passage_out(passage) for passage in passages])


def matches_out(matches: tuple[Match, ...]) -> MatchesOut:
    return MatchesOut(matches=[match_out(match) for match in matches])


def match_out(match: Match) -> MatchOut:
    return MatchOut(
        article=source_out(match.source),
        paragraph=match.paragraph,
        start=match.start,
        end=match.end,
        quote=match.quote,
        kind=match.kind,
        edits=[EditOut(excerpt=edit.excerpt, article=edit.article) for edit in match.edits],
        link=match.link,
    )


def statement_out(statement: Statement) -> StatementOut:
    return StatementOut(
        text=statement.text,
        citations=list(statement.citations),
        support=statement.support,
        verbatim=statement.verbatim,
        score=statement.score,
        articles=statement.articles,
        origins=statement.origins,
    )


def citation_out(citation: Citation) -> CitationOut:
    return CitationOut(
        number=citation.number,
        article=source_out(citation.source),
        paragraph=citation.paragraph,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        prefix=citation.prefix,
        suffix=citation.suffix,
        link=citation.link,
    )


def stated_out(statement: Statement, citations: tuple[Citation, ...]) -> StatedOut:
    return StatedOut(**statement_out(statement).model_dump(), sources=[citation_out(one) for one in citations])


def answer_out(answer: Answer) -> AnswerOut:
    return AnswerOut(
        id=answer.id,
        question=answer.question,
        answered=answer.answered,
        mode=answer.mode,
        model=answer.model,
        text=answer.text,
        statements=[statement_out(statement) for statement in answer.statements],
        citations=[citation_out(citation) for citation in answer.citations],
        disagreements=[
            DisagreementOut(
                about=one.about,
                kind=one.kind,
                versions=[VersionOut(value=each.value, citations=list(each.citations)) for each in one.versions],
            )
            for one in answer.disagreements
        ],
        closest=[passage_out(passage) for passage in answer.closest],
        notes=list(answer.notes),
        timings_ms=TimingsOut(
            embed=answer.timings.embed,
            retrieve=answer.timings.retrieve,
            answer=answer.timings.answer,
            verify=answer.timings.verify,
            total=answer.timings.total,
        ),
        usage=UsageOut(
            prompt_tokens=answer.usage.prompt_tokens,
            completion_tokens=answer.usage.completion_tokens,
            cost_usd=answer.usage.cost_usd,
        ),
    )
