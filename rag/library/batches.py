"""What both libraries do alike with what they are given: batches of articles, cursors, hashes of words."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from rag.articles import Article, IngestReport, Rejected, normalize, squeeze
from rag.errors import BadInput

# Articles and paragraphs together. The more of them the model is given at once, the less it pads: with 1,024 a
# twentieth of its work, with 256 a fifth.
FIRST_BATCH, LARGEST_BATCH = 256, 1024


def take_in(
    items: Iterable[Article | Rejected],
    put: Callable[[Sequence[Article]], tuple[int, int]],
    on_progress: Callable[[IngestReport], None] | None = None,
) -> IngestReport:
    """Put the articles in batch by batch; `put` stores one and says how many were new or different, and different."""
    report = IngestReport()
    for batch in batches(items):
        articles = [item for item in batch if isinstance(item, Article)]
        changed, updated = put(articles) if articles else (0, 0)
        report = IngestReport(
            added=report.added + changed - updated,
            updated=report.updated + updated,
            unchanged=report.unchanged + len(articles) - changed,
            rejected=(*report.rejected, *(item for item in batch if isinstance(item, Rejected))),
        )
        if on_progress is not None:
            on_progress(report)
    return report


def batches(items: Iterable[Article | Rejected]) -> Iterator[list[Article | Rejected]]:
    """Items in batches, the first smaller, to be acknowledged soon; the same id does not come twice in one."""
    batch: list[Article | Rejected] = []
    ids: set[str] = set()
    size, limit = 0, FIRST_BATCH
    for item in items:
        if isinstance(item, Article) and item.id in ids:
            yield batch
            batch, ids, size = [], set(), 0
        batch.append(item)
        size += 1
        if isinstance(item, Article):
            ids.add(item.id)
            size += len(item.paragraphs)
        if size >= limit:
            yield batch
            batch, ids, size = [], set(), 0
            limit = min(2 * limit, LARGEST_BATCH)
    if batch:
        yield batch


def folded(outlet: str) -> str:
    """An outlet's name as names are compared: without case, white space as in print."""
    return normalize(squeeze(normalize(outlet).casefold()))


def evidence(article: Article) -> Iterator[str]:
    """The words of each paragraph that may be searched and cited."""
    return (article.text[one.start : one.end] for one in article.paragraphs if one.evidence)


def hash_of(words: str) -> bytes:
    """SHA-256 of a paragraph's words: those with the same share a vector."""
    return hashlib.sha256(words.encode()).digest()


def encoded_cursor(article_id: str) -> str:
    """A cursor of `Library.page` that stands behind this article."""
    return base64.urlsafe_b64encode(article_id.encode()).decode().rstrip("=")


def decoded_cursor(cursor: str | None) -> str:
    """The article's id of a cursor; empty without one. Raises BadInput."""
    if cursor is None:
        return ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error) as error:
        raise BadInput("The cursor is not one that a listing gave: begin without one.", field="cursor") from error
