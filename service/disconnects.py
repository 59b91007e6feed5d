"""Cancels the work of a request whose client has disconnected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import Request

GONE = 499  # status in logs and metrics for a client that disconnected; nobody receives it

Made = TypeVar("Made")


async def unless_gone(request: Request, work: Awaitable[Made]) -> Made | None:
    """Awaits the work; None, and the work is cancelled, where the client disconnects first."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.gather(leaving, working, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
