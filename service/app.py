"""The HTTP service: the routes of the contract over one desk. `create_app` makes it, `serve` runs it."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse

from rag.articles import Article, IngestReport, Rejected
from rag.desk import Desk
from rag.errors import ConfigError
from rag.reading import read_record
from rag.settings import Settings
from service.events import sent
from service.keys import Keys, require_safe_address
from service.limits import BodyLimit
from service.pool import Pool
from service.problems import install, problem
from service.schemas import (
    AnswerOut,
    ArticleOut,
    ArticlesIn,
    ArticlesOut,
    AskRequest,
    IngestOut,
    MatchesOut,
    PassagesOut,
    ProblemOut,
    RejectedOut,
    SearchRequest,
    TraceRequest,
    answer_out,
    article_out,
    matches_out,
    passages_out,
    source_out,
)

log = logging.getLogger(__name__)

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def create_app(desk: Desk, settings: Settings, pool: Pool) -> FastAPI:
    """The application that answers for this desk; it closes neither the desk nor the pool."""
    warm = asyncio.Event()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm_up(desk, pool, warm))
        yield
        warming.cancel()

    app = FastAPI(
        title="Byline",
        summary="Ask the news, and see who said it.",
        version=version("byline"),
        lifespan=lifespan,
        redoc_url=None,
        swagger_ui_parameters={"defaultModelsExpandDepth": -1},
    )
    app.add_middleware(BodyLimit, most_bytes=int(settings.max_body_mb * 1_000_000))
    install(app)
    app.include_router(_health(desk, pool, warm))
    app.include_router(_questions(desk, pool, Keys(settings.keys)))
    app.include_router(_articles(desk, pool, Keys(settings.keys)))
    return app


def serve(settings: Settings, host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop; running questions may end. Raises ConfigError for an address that is not safe."""
    import uvicorn

    host, port = host or settings.host, settings.port if port is None else port
    require_safe_address(host, settings.keys)
    logging.getLogger().setLevel(settings.log_level.upper())
    # uvicorn ends gracefully and then raises the signal again, which by default would end the process there and then
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    pool = Pool(settings.max_waiting)
    desk = Desk.open(settings, run=pool.run)
    try:
        config = uvicorn.Config(
            create_app(desk, settings, pool),
            host=host,
            port=port,
            log_level=settings.log_level,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_timeout_s,
        )
        bound = _bound(host, port)  # first, so that nothing is announced that is not served
        address = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
        print(f"Byline serves {address} (its API: {address}/docs); Ctrl-C stops it.", file=sys.stderr)
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        pool.close()
        desk.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        place, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = place
        bound = socket.socket(family, kind, protocol)  # named TCP, or asyncio would let small answers wait for others
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        return bound
    except OSError as error:
        why = error.strerror or error
        raise ConfigError(f"{host}:{port} cannot be served ({why}): name another with --host or --port.") from None


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemOut, "description": "What went wrong"} for status in statuses}


def _health(desk: Desk, pool: Pool, warm: asyncio.Event) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the process lives."""
        return {"status": "ok"}

    @router.get("/readyz", responses=_problems(503))
    async def readyz() -> Response:
        """Whether questions can be answered: the model is loaded and the library can be read."""
        if not warm.is_set():
            return problem(
                503, "The embedding model is being loaded: try again in a few seconds.", headers={"Retry-After": "2"}
            )
        return JSONResponse({"status": "ready", "articles": await pool.run(desk.count)})

    @router.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/docs")

    return router


def _questions(desk: Desk, pool: Pool, keys: Keys) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["questions"], dependencies=[Depends(keys.require("read"))])

    @router.post("/ask", response_model=AnswerOut, responses=_problems(400, 401, 403, 413, 422, 503))
    async def ask(request: AskRequest) -> Any:
        """Answer a question with citations; as server-sent events where `stream` is true."""
        if not request.stream:
            with pool.place():
                return answer_out(await desk.ask(request.question_asked()))
        place = pool.place()
        place.__enter__()
        try:
            events = desk.stream(request.question_asked())
            first = await anext(events)  # what fails before anything is sent is an ordinary error response
        except BaseException:
            place.__exit__(None, None, None)
            raise
        return EventSourceResponse(sent(first, events, place), headers=STREAM_HEADERS)

    @router.post("/search", responses=_problems(400, 401, 403, 413, 422, 503))
    async def search(request: SearchRequest) -> PassagesOut:
        """The passages that best fit a query, best first, no two with the same words."""
        with pool.place():
            found = await pool.run(desk.search, request.query, request.k, request.filters.filters(), request.as_of)
        return passages_out(found)

    @router.post("/trace", responses=_problems(400, 401, 403, 413, 422, 503))
    async def trace(request: TraceRequest) -> MatchesOut:
        """Which articles an excerpt is from, where it stands in them, and how it was altered."""
        with pool.place():
            matches = await pool.run(desk.trace, request.excerpt)
        return matches_out(matches)

    return router


def _articles(desk: Desk, pool: Pool, keys: Keys) -> APIRouter:
    router = APIRouter(prefix="/v1/articles", tags=["articles"])
    read, write = [Depends(keys.require("read"))], [Depends(keys.require("write"))]

    @router.post("", dependencies=write, responses=_problems(400, 401, 403, 413, 422, 503))
    async def add(request: ArticlesIn) -> IngestOut:
        """Take articles in; a bad one is rejected with its reason, the rest goes in."""
        with pool.place():
            report: IngestReport = await pool.run(_take_in, desk, request.articles)
        return IngestOut(
            added=report.added,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=[RejectedOut(index=one.index, reason=one.reason) for one in report.rejected],
        )

    @router.get("", dependencies=read, responses=_problems(401, 403, 422))
    async def page(
        limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: Annotated[str | None, Query(max_length=4096)] = None
    ) -> ArticlesOut:
        """One page of the articles, in the order of their ids."""
        sources, following = await pool.run(desk.articles, cursor, limit)
        return ArticlesOut(articles=[source_out(source) for source in sources], next=following)

    @router.get("/{article_id:path}", dependencies=read, responses=_problems(401, 403, 404))
    async def show(article_id: str) -> ArticleOut:
        """An article with its full text and paragraphs. An id that is a URL is percent-encoded."""
        return article_out(await pool.run(desk.article, article_id))

    @router.delete("/{article_id:path}", dependencies=write, status_code=204, responses=_problems(401, 403, 404))
    async def remove(article_id: str) -> None:
        """Take an article out of the library."""
        await pool.run(desk.remove, article_id)

    return router


def _take_in(desk: Desk, records: list[Any]) -> IngestReport:
    return desk.ingest(_read(record, index) for index, record in enumerate(records))


def _read(record: Any, index: int) -> Article | Rejected:
    if not isinstance(record, dict):
        return Rejected(index, "it is not an object")
    return read_record(record, index)


async def _warm_up(desk: Desk, pool: Pool, warm: asyncio.Event) -> None:
    try:
        await pool.run(desk.warm_up)
        warm.set()
    except Exception:
        log.exception("the service cannot answer questions")
