"""Formats paragraphs as Block Kit, within Slack's limits.

Text of articles and models goes into `rich_text` and `plain_text` only, where Slack parses no markup: it cannot
format, link or mention anybody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from service.chats.paragraphs import Paragraph, Run, cut, messages
from service.display import shortened

MOST_BLOCKS = 45  # of 50
LONGEST_BLOCK = 2_900  # of 3,000
LARGEST_MESSAGE = 10_000  # of about 13,000 in all blocks together, markup counted
LONGEST_SUMMARY = 3_500  # of 4,000 for the text of an update
CONTINUED = "… continued"

# Escapes for mrkdwn; the look-alikes read the same, but Slack does not parse them.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})


def in_messages(paragraphs: Sequence[Paragraph], most: int) -> list[tuple[Paragraph, ...]]:
    """Packs paragraphs into at most `most` messages within Slack's limits."""
    fitting = [cut(paragraph, lambda one: len(one.text), LONGEST_BLOCK) for paragraph in paragraphs]
    return messages(fitting, _size, LARGEST_MESSAGE, most)


def blocks(paragraphs: Sequence[Paragraph]) -> list[dict[str, Any]]:
    """One block per paragraph; notes are small."""
    return [_block(paragraph) for paragraph in paragraphs]


def summary(paragraphs: Sequence[Paragraph]) -> str:
    """The text for notifications: the statements."""
    said = " ".join(paragraph.text for paragraph in paragraphs if paragraph.kind == "statement")
    return escaped(said) if said else CONTINUED


def escaped(text: str) -> str:
    """Escapes text for mrkdwn, so that it formats nothing and mentions nobody, and cuts it to fit an update."""
    room = LONGEST_SUMMARY
    while len(safe := shortened(text, room).translate(_ESCAPES)) > LONGEST_SUMMARY:
        room = room * 3 // 4
    return safe


def _block(paragraph: Paragraph) -> dict[str, Any]:
    if paragraph.kind == "note":
        return {"type": "context", "elements": [{"type": "plain_text", "text": paragraph.text, "emoji": False}]}
    section = {"type": "rich_text_section", "elements": [_element(run) for run in paragraph.runs if run.text]}
    return {"type": "rich_text", "elements": [section]}


def _element(run: Run) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "link" if run.link else "text", "text": run.text}
    if run.link:
        element["url"] = run.link
    if run.strong:
        element["style"] = {"bold": True}
    return element


def _size(paragraph: Paragraph) -> int:
    """The length of the block's JSON, but at least the share that keeps a message within the number of blocks."""
    return max(len(json.dumps(_block(paragraph), ensure_ascii=False)), LARGEST_MESSAGE // MOST_BLOCKS + 1)
