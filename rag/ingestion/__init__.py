"""Reads articles from files, pages and records.

What cannot become an article is `Rejected` with a reason that says what to do; nothing here raises for bad input.
"""

from rag.ingestion.chunking import paragraphs
from rag.ingestion.files import read_paths
from rag.ingestion.records import read_record

__all__ = ["paragraphs", "read_paths", "read_record"]
