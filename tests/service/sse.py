"""Parses server-sent events as a client does."""

from __future__ import annotations


def events(body: str) -> list[tuple[str, str]]:
    """The name (empty where it has none) and the data of each event; comments, which fill long silences, are none."""
    found = []
    for block in body.replace("\r\n", "\n").strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if "data" in fields:
            found.append((fields.get("event", ""), fields["data"]))
    return found
