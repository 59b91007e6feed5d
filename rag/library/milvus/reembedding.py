"""Embeds a library in Milvus anew: into a new collection, which takes the old one's place when it is whole.

One that is interrupted has changed nothing that is searched; run again, it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from rag.library.milvus.client import Client
from rag.library.milvus.collections import PARAGRAPHS, Row, among
from rag.library.milvus.state import State

AT_ONCE = 1000  # paragraphs
COPIED = "key article edition outlet day words length number start end same text".split()


def re_embed(
    client: Client,
    state: State,
    embed: Callable[[str, Iterable[str]], Mapping[str, np.ndarray]],
    text_of: Callable[[Row], str],
    on_progress: Callable[[int, int], None] | None = None,
) -> int:
    """Re-embeds all paragraphs; returns the number of different ones.

    `embed` gives vectors for words, those that a collection has or new ones; `text_of` the words of a row.
    """
    model = state.model(anew=True)
    if model is None:
        return 0
    old, new = model.paragraphs, state.new_paragraphs()
    words: set[str] = set()
    while True:  # once more for what other processes took in meanwhile
        copied = done = 0
        total = client.count(old, 'key > ""', strong=True)
        for keyed in client.every_row(old, ["key"], AT_ONCE):
            keys = [row["key"] for row in keyed]
            present = {row["key"] for row in client.rows(new, among("key", keys), ["key"])}
            lacking = [key for key in keys if key not in present]
            rows = client.rows(old, among("key", lacking), COPIED) if lacking else []
            words |= {row["same"] for row in rows}
            _copy(client, new, rows, embed, text_of)
            done, copied = done + len(keys), copied + len(lacking)
            if on_progress is not None:
                on_progress(done, max(done, total))
        if not copied:
            break
    client.flush(new)
    with state.changing():
        state.use(new)
    for name in client.collections():
        if name.startswith(PARAGRAPHS) and name != new:
            client.drop(name)
    return len(words)


def _copy(
    client: Client,
    new: str,
    rows: Sequence[Row],
    embed: Callable[[str, Iterable[str]], Mapping[str, np.ndarray]],
    text_of: Callable[[Row], str],
) -> None:
    texts = {row["key"]: text_of(row) for row in rows}
    vectors = embed(new, texts.values())
    client.put(new, [row | {"vector": vectors[texts[row["key"]]]} for row in rows])
