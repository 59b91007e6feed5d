"""Turns checked sentences into numbered statements and citations, and writes the answer with its markers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rag.articles import Article, Checked, Citation, Disagreement, Passage, Span, Statement
from rag.attribution import SourceSentence, find_origins, is_original, origin_notes
from rag.language.words import containment, shingles
from rag.marks import marked, without_markers, without_markup
from rag.text_fragment import text_link
from rag.tracing import Excerpt, compare

CONTEXT_CHARACTERS = 32
NEARLY_SAME = 0.6  # share of runs of three words, below which a passage is not looked at for the same words


class Ledger:
    """The citations of one answer, numbered from 1 in the order in which they are first needed.

    `read` gives the article of an id, for the words around a quote.
    """

    def __init__(self, passages: Sequence[Passage], read: Callable[[str], Article]) -> None:
        self._passages = passages
        self._read = read
        self._citations: list[Citation] = []
        self._statements: list[Statement] = []
        self._texts: dict[str, str] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations)

    def state(self, checked: Checked) -> Statement:
        """The statement with its citations entered, the original first; words already cited share a number."""
        spans = (*checked.spans, *self._originals(checked.spans))
        found = find_origins([self._sentence(span) for span in spans])
        statement = Statement(
            text=checked.text,
            citations=self.numbers(spans[place] for place in found.order),
            score=round(checked.score, 4),
            articles=len({self._passages[span.passage].source.id for span in spans}),
            origins=found.count,
            first_origin=found.first,
            verbatim=checked.verbatim,
            credit=self._credit(spans[found.order[0]]) if checked.is_quotation else None,
        )
        self._statements.append(statement)
        return statement

    def _credit(self, span: Span) -> str:
        """The outlet whose words they are; empty where it is not known."""
        return without_markers(without_markup(self._passages[span.passage].source.outlet or ""))

    def remarks(self) -> tuple[str, ...]:
        """Notes on statements with fewer origins than articles."""
        return origin_notes(self._statements, self._citations)

    def numbers(self, spans: Iterable[Span]) -> tuple[int, ...]:
        """The numbers of the spans' citations, each once, entered where they are new."""
        return tuple(dict.fromkeys(self._cite(span).number for span in spans))

    def cited(self, numbers: Iterable[int]) -> tuple[Citation, ...]:
        """The citations with these numbers."""
        wanted = set(numbers)
        return tuple(citation for citation in self.citations if citation.number in wanted)

    def _cite(self, span: Span) -> Citation:
        """The citation of these words: one that is there already and holds them, or a new one."""
        passage = self._passages[span.passage]
        for known in self._citations:
            if known.source.id == passage.source.id and known.start <= span.start and span.end <= known.end:
                return known
        text = self._text(passage.source.id)
        self._citations.append(_citation(len(self._citations) + 1, passage, span, text))
        return self._citations[-1]

    def _originals(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Where only copies are cited: the same words in the original article, if the search found it."""
        cited = {self._passages[span.passage].source.id for span in spans}
        found: dict[str, Span] = {}
        for span in spans:
            words = self._words(span)
            held = ((passage, self._held(index, words)) for index, passage in enumerate(self._passages))
            others = [(passage.source, place) for passage, place in held if place and passage.source.id not in cited]
            source, place = self._passages[span.passage].source, None
            for other, there in others:
                if is_original(other, source, self._text(source.id)):
                    source, place = other, there
            if place:
                found.setdefault(source.id, place)
        return tuple(found.values())

    def _held(self, index: int, words: str) -> Span | None:
        """The same words in a passage, but for punctuation and spelling."""
        passage = self._passages[index]
        if containment(shingles(words), shingles(passage.text)) < NEARLY_SAME:
            return None
        found = compare(Excerpt.of(words), passage.text)
        if found is None or found.kind == "edited":
            return None
        return Span(index, passage.start + found.start, passage.start + found.end)

    def _words(self, span: Span) -> str:
        return self._text(self._passages[span.passage].source.id)[span.start : span.end]

    def _sentence(self, span: Span) -> SourceSentence:
        passage = self._passages[span.passage]
        return SourceSentence.of(passage, span.start, span.end, self._text(passage.source.id))

    def _text(self, article_id: str) -> str:
        if article_id not in self._texts:
            self._texts[article_id] = self._read(article_id).text
        return self._texts[article_id]


def with_markers(statements: Sequence[Statement], disagreements: Sequence[Disagreement] = ()) -> str:
    """The answer's text: its statements in order, each with its markers before the full stop.

    Behind them stands what the articles say differently, in their own words and with their markers.
    """
    return " ".join([*map(_marked, statements), *map(difference, disagreements)])


def difference(found: Disagreement) -> str:
    """ "Reports differ: 1,000 kilometers [1][2] or 1,000 miles [3]." """
    versions = [f"{_value(version.value)} {_markers(sorted(version.citations))}" for version in found.versions]
    if found.kind == "updated":
        return f"The newest report has {versions[0]}, earlier: {', '.join(versions[1:])}."
    return f"Reports differ: {', '.join(versions[:-1])} or {versions[-1]}."


def _value(text: str) -> str:
    """Words in quotation marks, numbers and names as they are."""
    return f"“{text}”" if text[:1].islower() else text


def _markers(numbers: Iterable[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _marked(statement: Statement) -> str:
    return marked(statement.shown, _markers(statement.citations))


def _citation(number: int, passage: Passage, span: Span, text: str) -> Citation:
    words = text[span.start : span.end]
    return Citation(
        number=number,
        source=passage.source,
        paragraph=passage.paragraph,
        start=span.start,
        end=span.end,
        quote=words,
        prefix=text[max(0, span.start - CONTEXT_CHARACTERS) : span.start],
        suffix=text[span.end : span.end + CONTEXT_CHARACTERS],
        link=text_link(passage.source, words),
    )
