"""Tokens and BM25 scores are those of FTS5."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from rag.library.bm25 import saturated, tokenizing, tokens, weight

TEXTS = ("Rain fell on the river.", "It rained, and rained: the rivers rose.", "The harvest was late.", "Rain again")


@pytest.mark.parametrize("word", ["rain", "river", "harvest"])
def test_a_score_is_that_of_fts5(word: str) -> None:
    with closing(tokenizing("text")) as table:
        table.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(TEXTS))
        rows = table.execute("SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?", (word,)).fetchall()
    found = tokens(TEXTS)
    counts = np.array([terms.count(word) for terms in found])
    lengths = np.array([len(terms) for terms in found])

    scores = weight(len(TEXTS), int(np.count_nonzero(counts))) * saturated(counts, lengths, float(lengths.mean()))

    assert {row: scores[row] for row in np.flatnonzero(counts)} == pytest.approx(dict(rows), rel=1e-6)


def test_tokens_are_folded_stemmed_and_cut_at_marks() -> None:
    assert tokens(["Harvesting in MÜLLHEIM", "", "U.S.-led 日本語"]) == [
        ["harvest", "in", "mullheim"],
        [],
        ["u", "s", "led", "日本語"],
    ]
    assert tokens([]) == []
