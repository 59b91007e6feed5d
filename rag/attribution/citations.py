"""Numbers the citations of an answer's statements, and writes the answer's text with their markers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rag.articles import Article, Checked, Citation, Disagreement, Passage, Source, Span, Statement
from rag.attribution import SourceSentence, find_origins, is_original, origin_notes
from rag.language.words import containment, shingles
from rag.marks import marked, without_marks
from rag.text_fragment import text_link
from rag.tracing import Excerpt, compare

CONTEXT_CHARACTERS = 32
NEARLY_SAME = 0.6  # least share of common runs of three words, from which a passage is compared word by word


class Ledger:
    """The citations of one answer, numbered from 1 in the order in which statements need them.

    `articles` has the article of every passage, by id.
    """

    def __init__(self, passages: Sequence[Passage], articles: Mapping[str, Article]) -> None:
        self._passages = passages
        self._articles = articles
        self._citations: list[Citation] = []
        self._statements: list[Statement] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations)

    def state(self, checked: Checked) -> Statement:
        """Adds a sentence with its citations, the original first. Words that are cited already keep their number."""
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

    def remarks(self) -> tuple[str, ...]:
        """Notes on statements with fewer origins than articles."""
        return origin_notes(self._statements, self._citations)

    def numbers(self, spans: Iterable[Span]) -> tuple[int, ...]:
        """The numbers of the spans' citations, each once; adds those that are new."""
        return tuple(dict.fromkeys(self._cite(span).number for span in spans))

    def cited(self, numbers: Iterable[int]) -> tuple[Citation, ...]:
        """The citations with these numbers."""
        wanted = set(numbers)
        return tuple(citation for citation in self._citations if citation.number in wanted)

    def _credit(self, span: Span) -> str:
        """The outlet of the quoted words; empty if unknown."""
        return without_marks(self._source(span).outlet or "")

    def _cite(self, span: Span) -> Citation:
        """The citation of these words: an earlier one that contains them, or a new one."""
        passage = self._passages[span.passage]
        for known in self._citations:
            if known.source.id == passage.source.id and known.start <= span.start and span.end <= known.end:
                return known
        text = self._text(span.passage)
        quote = text[span.start : span.end]
        citation = Citation(
            number=len(self._citations) + 1,
            source=passage.source,
            paragraph=passage.paragraph,
            start=span.start,
            end=span.end,
            quote=quote,
            prefix=text[max(0, span.start - CONTEXT_CHARACTERS) : span.start],
            suffix=text[span.end : span.end + CONTEXT_CHARACTERS],
            link=text_link(passage.source, quote),
        )
        self._citations.append(citation)
        return citation

    def _originals(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Where only copies are cited: the same words in the original article, if the search found it."""
        cited = {self._passages[span.passage].source.id for span in spans}
        others = [index for index, passage in enumerate(self._passages) if passage.source.id not in cited]
        found: dict[str, Span] = {}
        for span in spans:
            first, original = span, None
            for index in others:
                same = self._same_words(span, index)
                if same and is_original(self._passages[index].source, self._source(first), self._text(first.passage)):
                    first = original = same
            if original:
                found.setdefault(self._source(original).id, original)
        return tuple(found.values())

    def _same_words(self, span: Span, index: int) -> Span | None:
        """The words of a span in another passage, where they differ in punctuation and spelling only."""
        words, passage = self._text(span.passage)[span.start : span.end], self._passages[index]
        if containment(shingles(words), shingles(passage.text)) < NEARLY_SAME:
            return None
        found = compare(Excerpt.of(words), passage.text)
        if found is None or found.kind == "edited":
            return None
        return Span(index, passage.start + found.start, passage.start + found.end)

    def _sentence(self, span: Span) -> SourceSentence:
        passage = self._passages[span.passage]
        text = self._text(span.passage)
        return SourceSentence(passage.source, text, span.start, span.end, passage.start, passage.end)

    def _source(self, span: Span) -> Source:
        return self._passages[span.passage].source

    def _text(self, index: int) -> str:
        """The text of a passage's article."""
        return self._articles[self._passages[index].source.id].text


def with_markers(statements: Sequence[Statement], disagreements: Sequence[Disagreement] = ()) -> str:
    """The answer's text: each statement with its markers before the full stop, then each disagreement."""
    sentences = (marked(one.shown, _markers(one.citations)) for one in statements)
    return " ".join([*sentences, *map(difference, disagreements)])


def difference(found: Disagreement) -> str:
    """ "Reports differ: 1,000 kilometers [1][2] or 1,000 miles [3]." """
    versions = [f"{_value(version.value)} {_markers(sorted(version.citations))}" for version in found.versions]
    if found.kind == "updated":
        return f"The newest report has {versions[0]}, earlier: {', '.join(versions[1:])}."
    return f"Reports differ: {', '.join(versions[:-1])} or {versions[-1]}."


def _value(text: str) -> str:
    """Puts words in quotation marks, but not numbers and names."""
    return f"“{text}”" if text[:1].islower() else text


def _markers(numbers: Iterable[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)
