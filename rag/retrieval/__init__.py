"""Retrieval: a question becomes the passages that fit it, best first."""

from rag.retrieval.retriever import WEIGHTS, Retriever, Weights

__all__ = ["WEIGHTS", "Retriever", "Weights"]
