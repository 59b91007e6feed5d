"""Errors in OpenAI's form, for the routes compatible with OpenAI."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from service.chat_completions.schemas import ErrorOut, ErrorsOut
from service.problems import problem_of, response_to
from service.schemas import ProblemOut

_CODES = {401: "invalid_api_key", 403: "insufficient_permissions", 429: "rate_limit_exceeded"}
_KEPT_HEADERS = ("retry-after", "www-authenticate")


class Refused(Exception):
    """A request refused with a status and code that OpenAI's clients know."""

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code


class OpenAIRoute(APIRoute):
    """A route whose errors all have OpenAI's form, including those of the key and the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_in_form(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as error:
                out = _error(error.status, str(error), error.param, error.code)
                return JSONResponse(out.model_dump(), error.status)
            except Exception as error:
                return _in_form(await response_to(request, error))

        return handle_in_form


def error_of(error: Exception) -> ErrorsOut:
    """The body for an error that occurred after the response had begun."""
    problem = problem_of(error)
    return _error(problem.status, problem.detail)


def _in_form(response: Response) -> Response:
    """Converts a problem document to OpenAI's form; 415 and 422 become 400, as its clients expect."""
    problem = ProblemOut(**json.loads(bytes(response.body)))
    status = 400 if problem.status in (415, 422) else problem.status
    param = problem.errors[0]["field"] if problem.errors else None
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return JSONResponse(_error(status, problem.detail, param).model_dump(), status, headers)


def _error(status: int, message: str, param: str | None = None, code: str | None = None) -> ErrorsOut:
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    return ErrorsOut(error=ErrorOut(message=message, type=kind, param=param, code=code or _CODES.get(status)))
