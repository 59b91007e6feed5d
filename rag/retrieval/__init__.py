"""Retrieval: finds the passages for a question."""

from rag.retrieval.retriever import WEIGHTS, Retriever, Weights

__all__ = ["WEIGHTS", "Retriever", "Weights"]
