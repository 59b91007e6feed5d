"""Finds the articles among thousands that may answer a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from rag.articles import Article
from rag.language.sameness import stem
from rag.language.words import content_words, pieces


class Sayings:
    """An index of articles' words, to find those that contain an answer and words of its question."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._ids = [article.id for article in articles]
        self._days = [article.source.published or date.min for article in articles]
        self._texts = [f" {_one_form(f'{article.source.title} {article.text}')} " for article in articles]
        self._holders: defaultdict[str, set[int]] = defaultdict(set)
        for place, text in enumerate(self._texts):
            for root in {stem(word) for word in set(text.split())}:
                self._holders[root].add(place)

    def that_may_answer(self, question: str, answer: str, day: date) -> set[str]:
        """The ids of articles up to that day with the answer's words in sequence and half of the question's words."""
        said = _one_form(answer)
        about = {stem(piece) for word in content_words(question) for piece in pieces(word.casefold())}
        about -= {stem(word) for word in said.split()}
        return {
            self._ids[place]
            for place in self._having(said)
            if self._days[place] <= day
            and 2 * sum(place in self._holders.get(root, ()) for root in about) >= len(about)
        }

    def _having(self, said: str) -> list[int]:
        holders = [self._holders.get(stem(word), set()) for word in said.split()]
        places = set.intersection(*holders) if holders else set()
        return [place for place in sorted(places) if f" {said} " in self._texts[place]]


def _one_form(text: str) -> str:
    """The words in lower case, separated by spaces."""
    return " ".join(pieces(text.casefold()))
