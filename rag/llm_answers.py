"""Reviews what a language model writes, sentence by sentence, and handles its failures."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from rag.answers import CUT_SHORT, AnswerBuilder, Stated
from rag.articles import Checked
from rag.deadlines import Deadline
from rag.errors import TimedOut, WriterError
from rag.generation.llm import LlmWriter, Written
from rag.generation.prompt import repeats_the_prompt
from rag.plain import plain_text
from rag.query import ParsedQuestion
from rag.stopwatch import Stopwatch
from rag.verification import Review

log = logging.getLogger(__name__)

WRITER_TOO_SLOW = "The language model took too long: answered from the articles' own words."
NOTHING_VERIFIED = "Nothing that the language model wrote could be verified: answered from the articles' own words."

Run = Callable[..., Awaitable[Any]]


async def write_statements(
    writer: LlmWriter,
    parsed: ParsedQuestion,
    builder: AnswerBuilder,
    review: Review,
    deadline: Deadline,
    run: Run,
    watch: Stopwatch,
) -> AsyncIterator[Stated]:
    """Yields statements as they pass the review; afterwards `builder.is_finished` says if they are the answer."""

    async def state(ready: Iterable[Checked]) -> list[Stated]:
        found = [await run(builder.state, checked) for checked in ready]
        return [one for one in found if one is not None]

    written: Written | None = None
    told = builder.evidence.passages[: builder.evidence.searched]
    try:
        with watch("answer"):
            async for draft in deadline.each(writer.write(parsed.question, told, parsed.query)):
                if isinstance(draft, Written):
                    written = draft
                elif not builder.has_said(text := plain_text(draft.text)) and not repeats_the_prompt(text):
                    with watch("verify"):
                        ready = await review.add(replace(draft, text=text))
                    for stated in await state(ready):
                        yield stated
            with watch("verify"):
                ready = await review.close()
            for stated in await state(ready):
                yield stated
        builder.add_review(written, review)
        if not builder.is_finished:
            builder.note(NOTHING_VERIFIED)
    except TimedOut:
        for stated in await state(await review.close(ask=False)):
            yield stated
        builder.add_review(written, review)
        builder.is_finished = bool(builder.statements)
        builder.note(CUT_SHORT if builder.is_finished else WRITER_TOO_SLOW)
    except WriterError as error:
        builder.note(f"The language model failed ({error}): answered from the articles' own words.")
        log.warning("the language model failed: %s", error)
