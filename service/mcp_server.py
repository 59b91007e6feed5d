"""The MCP server: the same tools and articles over stdio and HTTP."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, redirect_stdout, suppress
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
)
from starlette.types import ASGIApp

from rag.articles import Source, squeeze
from rag.errors import BadInput, BylineError, NotFound
from rag.settings import Settings
from service import mcp_tools
from service.display import credit
from service.gateway import Gateway
from service.problems import problem_of

RESOURCES_PER_PAGE = 100
TEXT = "text/plain"
INSTRUCTIONS = (
    "News articles, and answers that are checked against them. Start with ask; search and get_article show the "
    "evidence itself, trace finds where an excerpt was published. Articles are resources byline://articles/{id}."
)

Context = ServerRequestContext[Any, Any]
Page = PaginatedRequestParams | None


def serve_stdio(settings: Settings) -> None:
    """Serves standard input and output until the client disconnects. Raises ConfigError, LibraryError."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # otherwise Ctrl-C waits for the next line of input
    with redirect_stdout(sys.stderr):  # nothing but the protocol may reach standard output
        gateway = Gateway.open(settings)
    with closing(gateway):
        asyncio.run(_serve_stdio(gateway))


@asynccontextmanager
async def serving_http(gateway: Gateway, most_bytes: int) -> AsyncGenerator[ASGIApp]:
    """An ASGI application for streamable HTTP; stateless, so that any replica can answer any request."""
    manager = StreamableHTTPSessionManager(_server(gateway), stateless=True, max_request_body_size=most_bytes)
    async with manager.run():
        yield manager.handle_request


async def _serve_stdio(gateway: Gateway) -> None:
    server = _server(gateway)
    warming = asyncio.create_task(_warm_up(gateway))
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
    warming.cancel()


async def _warm_up(gateway: Gateway) -> None:
    with suppress(BylineError):  # the first question reports it
        await gateway.warm_up()


def _server(gateway: Gateway) -> Server[Any]:
    handlers = _Handlers(gateway)
    return Server(
        "byline",
        version=version("byline"),
        title="Byline",
        instructions=INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
    )


class _Handlers:
    """Handles a client's requests."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list_tools(self, context: Context, page: Page) -> ListToolsResult:
        return ListToolsResult(tools=mcp_tools.tools())

    async def call_tool(self, context: Context, call: CallToolRequestParams) -> CallToolResult:
        """Calls a tool; an error is returned as a result, for the calling model to read."""
        if not mcp_tools.is_tool(call.name):
            raise MCPError(INVALID_PARAMS, f"There is no tool {call.name!r}.")

        async def report(progress: float, message: str) -> None:
            await context.session.report_progress(progress, message=message)

        try:
            return await mcp_tools.call(self._gateway, call.name, call.arguments or {}, report)
        except Exception as error:
            text = TextContent(type="text", text=problem_of(error).detail)
            return CallToolResult(content=[text], is_error=True)

    async def list_resources(self, context: Context, page: Page) -> ListResourcesResult:
        """A page of articles."""
        try:
            sources, following = await self._gateway.articles(page.cursor if page else None, RESOURCES_PER_PAGE)
        except BadInput as error:
            raise MCPError(INVALID_PARAMS, str(error)) from None
        return ListResourcesResult(resources=[_resource(source) for source in sources], next_cursor=following)

    async def list_templates(self, context: Context, page: Page) -> ListResourceTemplatesResult:
        template = ResourceTemplate(
            uri_template=f"{mcp_tools.ARTICLES}{{id}}",
            name="article",
            title="Article",
            description="The text of an article by its id, percent-encoded.",
            mime_type=TEXT,
        )
        return ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(self, context: Context, wanted: ReadResourceRequestParams) -> ReadResourceResult:
        """An article's text, to which the offsets of citations refer."""
        try:
            article = await self._gateway.article(unquote(wanted.uri.removeprefix(mcp_tools.ARTICLES)))
        except NotFound as error:
            raise MCPError(INVALID_PARAMS, str(error), {"uri": wanted.uri}) from None
        text = TextResourceContents(uri=wanted.uri, text=article.text, mime_type=TEXT)
        return ReadResourceResult(contents=[text])


def _resource(source: Source) -> Resource:
    return Resource(
        uri=mcp_tools.article_uri(source.id),
        name=source.id,
        title=squeeze(source.title) or None,
        description=credit(source) or None,
        mime_type=TEXT,
    )
