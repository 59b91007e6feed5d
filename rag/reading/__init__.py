"""Files, pages and records → articles. The desk, the command line and the service call it.

What cannot become an article is `Rejected` with a reason that says what to do; nothing here raises for bad input.
"""

from rag.reading.files import read_paths
from rag.reading.layout import paragraphs
from rag.reading.records import read_record

__all__ = ["paragraphs", "read_paths", "read_record"]
