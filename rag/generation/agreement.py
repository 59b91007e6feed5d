"""How far the articles agree on what a sentence adds to a question: its names and numbers.

An answer that several articles give is likelier right than one that a single one gives (answer redundancy; Brill et
al., "Data-Intensive Question Answering", TREC 2001).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from rag.generation.candidates import Candidate
from rag.language.names import names
from rag.language.quantities import quantities
from rag.language.sameness import same_stem
from rag.language.words import pieces

LEAST = 0.01  # likelihood of a sentence that counts; the many below it would only cost time


def new_names(text: str, asked: Collection[str]) -> list[str]:
    """The last word of each name in the text that is not made of the question's words, in lower case."""
    parts = ([part.lower() for part in pieces(name.text)] for name in names(text))
    return [name[-1] for name in parts if not all(_is_in(part, asked) for part in name)]


def new_facts(text: str, asked: Collection[str]) -> frozenset[str]:
    """The new names and the numbers of a text, without those that are words of the question."""
    numbers = (f"{found.value:g}" for found in quantities(text))
    return frozenset((*new_names(text, asked), *numbers)).difference(asked)


def agreement(found: Sequence[Candidate], likelihoods: np.ndarray, asked: Collection[str]) -> np.ndarray:
    """(n,) float64: for each candidate the agreement on that of its new facts on which the articles agree most.

    The agreement on a fact is the sum, over the articles, of the likelihood of the article's best sentence with the
    fact; the same words in another article count once.
    """
    facts: dict[int, frozenset[str]] = {}
    best: defaultdict[str, dict[str, float]] = defaultdict(dict)
    texts: set[str] = set()
    for place in np.argsort(-likelihoods, kind="stable"):
        one, likelihood = found[place], float(likelihoods[place])
        if likelihood < LEAST:
            break
        facts[int(place)] = new_facts(one.text, asked)
        if (words := " ".join(pieces(one.text.lower()))) not in texts:
            texts.add(words)
            for fact in facts[int(place)]:
                best[fact].setdefault(one.article, likelihood)
    agreed = {fact: sum(articles.values()) for fact, articles in best.items()}
    return np.array(
        [max((agreed.get(fact, 0.0) for fact in facts.get(place, ())), default=0.0) for place in range(len(found))]
    )


def _is_in(word: str, words: Collection[str]) -> bool:
    return any(same_stem(word, other) for other in words)
