"""Builds articles and models for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
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
    """An article of these paragraphs; those numbered in `captions` are not evidence."""
    spans, place = [], 0
    for number, words in enumerate(paragraphs, start=1):
        spans.append(Paragraph(number, place, place + len(words), number not in captions))
        place += len(words) + 2
    return Article(Source(id, title or id, outlet, None, published), "\n\n".join(paragraphs), tuple(spans))


class Counting(Embedder):
    """An embedder that counts its texts."""

    def __init__(self, one: Embedder) -> None:
        super().__init__(one.name, one.place)
        self.dimension = one.dimension
        self._one = one
        self.texts: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
        self.texts += texts
        return self._one.encode(texts)


class Hashing(Embedder):
    """Vectors derived from a hash of the text, for tests of storage rather than meaning."""

    dimension = 384  # type: ignore[assignment]
    fingerprint = "hashing"  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__("hashing", "hashing")

    def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
        rows = [default_rng(list(hashlib.sha256(text.encode()).digest())).normal(size=384) for text in texts]
        vectors = np.array(rows, np.float32).reshape(len(texts), 384)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def tiny_model(folder: Path, dimension: int = 16) -> str:
    """Saves an untrained sentence-transformers model of that many dimensions; returns its folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    transformer = Transformer(str(_tiny_bert(folder / "bert", dimension, labels=0)))
    model = SentenceTransformer(modules=[transformer, Pooling(dimension)], device="cpu")
    model.save(str(folder / "model"))
    return str(folder / "model")


def tiny_cross_encoder(folder: Path, labels: int = 1, called: Sequence[str] = ()) -> str:
    """Saves an untrained CrossEncoder; returns its folder. `called`: the names of its classes."""
    return str(_tiny_bert(folder / "cross-encoder", 16, labels=len(called) or labels, called=called))


def tiny_token_classifier(folder: Path) -> str:
    """Saves a token classifier that marks every letter z as unsupported; returns its folder."""
    import torch
    from transformers import BertForTokenClassification

    place = _tiny_bert(folder / "token-classifier", 16, labels=2)
    model = BertForTokenClassification.from_pretrained(place)
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        for name, weights in model.named_parameters():
            if name.endswith("LayerNorm.weight"):
                weights.fill_(1.0)
        words = model.bert.embeddings.word_embeddings.weight
        words[:, 1] = 1.0
        for place_of_z in [row for row, word in enumerate(_VOCABULARY) if word.endswith("z")]:
            words[place_of_z] = torch.eye(len(words[0]))[0]
        model.classifier.weight[1, 0] = 1.0
    model.save_pretrained(place)
    return str(place)


_LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("0123456789.,?")
_VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_LETTERS, *(f"##{letter}" for letter in _LETTERS)]


def _tiny_bert(folder: Path, dimension: int, labels: int, called: Sequence[str] = ()) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(_VOCABULARY))
    BertTokenizerFast.from_pretrained(folder, model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    names = {"id2label": dict(enumerate(called))} if called else {"num_labels": labels or 2}
    config = BertConfig(
        vocab_size=len(_VOCABULARY), hidden_size=dimension, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=2 * dimension, max_position_embeddings=64, initializer_range=0.5, **names,
    )  # fmt: skip
    model = BertForSequenceClassification(config) if labels else BertModel(config)
    model.save_pretrained(folder)
    return folder
