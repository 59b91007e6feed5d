"""A library in Milvus: in a file of Milvus Lite, or on a cluster of any number of machines."""

from rag.library.milvus.library import MilvusLibrary

__all__ = ["MilvusLibrary"]
