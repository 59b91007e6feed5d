"""Code that both stores share: batches of articles, listing cursors, hashes of paragraphs."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from rag.articles import Article, IngestReport, Rejected, normalize, squeeze
from rag.errors import BadInput

# Articles and paragraphs together. Larger batches need less padding: a twentieth of the work with 1,024, a fifth with
# 256.
FIRST_BATCH, LARGEST_BATCH = 256, 1024


def take_in(
    items: Iterable[Article | Rejected],
    put: Callable[[Sequence[Article]], tuple[int, int]],
    on_progress: Callable[[IngestReport], None] | None = None,
) -> IngestReport:
    """Adds articles in batches; `put` stores one and returns how many were new or changed, and how many changed."""
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
    """Splits items into batches, the first one small for early feedback; no id occurs twice in a batch."""
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
    """Folds an outlet's name for comparing: case and white space."""
    return normalize(squeeze(normalize(outlet).casefold()))


def evidence(article: Article) -> Iterator[str]:
    """The text of each paragraph that may be searched and cited."""
    return (article.text[one.start : one.end] for one in article.paragraphs if one.evidence)


def hash_of(words: str) -> bytes:
    """SHA-256 of a paragraph's text; paragraphs with equal texts share a vector."""
    return hashlib.sha256(words.encode()).digest()


def encoded_cursor(article_id: str) -> str:
    """The cursor of `Library.page` after this article."""
    return base64.urlsafe_b64encode(article_id.encode()).decode().rstrip("=")


def decoded_cursor(cursor: str | None) -> str:
    """The article id in a cursor; empty for None. Raises BadInput."""
    if cursor is None:
        return ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error) as error:
        raise BadInput("The cursor is not valid: start the listing without one.", field="cursor") from error
