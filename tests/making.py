"""Articles and models made for a test."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from pathlib import Path

import numpy as np
from numpy.random import default_rng

from rag.articles import Article, Paragraph, Source
from rag.embedding import Embedder


def article(
    id: str,
    *paragraphs: str,
    title: str = "",
    outlet: str | None = None,
    published: date | None = None,
    captions: Collection[int] = (),
) -> Article:
    """An article of these paragraphs; those whose numbers are among the captions are no evidence."""
    spans, place = [], 0
    for number, words in enumerate(paragraphs, start=1):
        spans.append(Paragraph(number, place, place + len(words), number not in captions))
        place += len(words) + 2
    return Article(Source(id, title or id, outlet, None, published), "\n\n".join(paragraphs), tuple(spans))


class Hashing(Embedder):
    """Vectors drawn from the hash of the text: for what tests how vectors are kept, not what they mean."""

    dimension = 384  # type: ignore[assignment]
    fingerprint = "hashing"  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__("hashing", "hashing")

    def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
        rows = [default_rng(list(hashlib.sha256(text.encode()).digest())).normal(size=384) for text in texts]
        vectors = np.array(rows, np.float32).reshape(len(texts), 384)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def tiny_model(folder: Path, dimension: int = 16) -> str:
    """A sentence-transformers model with that many dimensions, untrained; where it lies."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    transformer = Transformer(str(_tiny_bert(folder / "bert", dimension, labels=0)))
    model = SentenceTransformer(modules=[transformer, Pooling(dimension)], device="cpu")
    model.save(str(folder / "model"))
    return str(folder / "model")


def tiny_cross_encoder(folder: Path, labels: int = 1) -> str:
    """A sentence-transformers CrossEncoder, untrained; where it lies."""
    return str(_tiny_bert(folder / "cross-encoder", 16, labels=labels))


def _tiny_bert(folder: Path, dimension: int, labels: int) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

    folder.mkdir(parents=True)
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("0123456789.,?")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast.from_pretrained(folder, model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=dimension, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=2 * dimension, max_position_embeddings=64, num_labels=labels or 2,
        initializer_range=0.5,
    )  # fmt: skip
    model = BertForSequenceClassification(config) if labels else BertModel(config)
    model.save_pretrained(folder)
    return folder
