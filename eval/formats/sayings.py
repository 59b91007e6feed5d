"""Which of thousands of articles have certain words in a row. The readers of this folder call it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rag.articles import Article
from rag.words import pieces


class Sayings:
    """The words of some articles, to be asked whether any has an answer's words in a row."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._texts = [f" {' '.join(_words(article))} " for article in articles]
        self._holders: defaultdict[str, set[int]] = defaultdict(set)
        for place, text in enumerate(self._texts):
            for word in set(text.split()):
                self._holders[word].add(place)

    def say(self, answer: str) -> bool:
        """Whether an article has the answer's words, marks and capitals aside."""
        words = pieces(answer.casefold())
        if not words:
            return False
        holders = set.intersection(*(self._holders.get(word, set()) for word in words))
        return any(f" {' '.join(words)} " in self._texts[place] for place in holders)


def _words(article: Article) -> list[str]:
    return pieces(f"{article.source.title}\n{article.text}".casefold())
