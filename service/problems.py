"""Errors as `application/problem+json` (RFC 9457), without internals."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag.errors import BadInput, Busy, BylineError, LibraryError, NotFound, TimedOut, WrongModel
from service.schemas import ProblemOut

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LIBRARY_RETRY_S = 5  # when a library that cannot be used may be asked again


def install(app: FastAPI) -> None:
    """Makes every error of the application a problem document."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(BylineError, _byline)
    app.add_exception_handler(Exception, _unexpected)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """A route's error responses for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": ProblemOut.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def problem(
    status: int, detail: str, *, errors: list[dict[str, str]] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document as a response."""
    out = ProblemOut(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    # ASCII, because an invalid value may contain lone surrogates
    body = json.dumps(out.model_dump(exclude_none=True))
    return Response(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def response_to(request: Request, error: Exception) -> Response:
    """The response to an error, the same as for an uncaught one."""
    if isinstance(error, RequestValidationError):
        return await _invalid(request, error)
    if isinstance(error, HTTPException):
        return await _http(request, error)
    return await _byline(request, error)


def problem_of(error: Exception) -> ProblemOut:
    """The problem document of an error that occurred after the response had begun."""
    status, detail = _status_and_detail(error)
    return ProblemOut(title=HTTPStatus(status).phrase, status=status, detail=detail)


def _status_and_detail(error: Exception) -> tuple[int, str]:
    """The HTTP status of an error, and a detail without internals."""
    if isinstance(error, BadInput):
        return 422, str(error)
    if isinstance(error, NotFound):
        return 404, str(error)
    if isinstance(error, Busy):
        return 503, str(error)
    if isinstance(error, TimedOut):
        return 504, str(error)
    log.error("a request failed", exc_info=error)
    if isinstance(error, LibraryError):
        return 503, "The library cannot be used now; the service's log says why."
    return 500, "The service failed; its log says why."


def retry_after(error: Exception) -> dict[str, str]:
    """The header that says when to ask again, where asking again may help."""
    if isinstance(error, Busy):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, LibraryError) and not isinstance(error, WrongModel):
        return {"Retry-After": str(LIBRARY_RETRY_S)}
    return {}


async def _byline(request: Request, error: Exception) -> Response:
    status, detail = _status_and_detail(error)
    field = error.field if isinstance(error, BadInput) else None
    errors = [{"field": field, "message": detail}] if field else None
    return problem(status, detail, errors=errors, headers=retry_after(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 404 and detail == "Not Found":
        detail = "There is no such route; /docs lists all."
    return problem(error.status_code, detail, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [_field_error(one) for one in error.errors()]
    if any(one.get("type") == "json_invalid" for one in error.errors()):
        return problem(400, "The body is not valid JSON.", errors=None)
    if "json" not in request.headers.get("content-type", "") and found[0]["field"] == "body":
        return problem(415, "Send the body as JSON, with the header Content-Type: application/json.")
    first = found[0]
    return problem(422, f"{first['field']}: {first['message']}", errors=found[:20])


def _field_error(error: Mapping[str, object]) -> dict[str, str]:
    place = error.get("loc", ())
    assert isinstance(place, tuple)
    field = ".".join(str(part) for part in place[1:]) or str(place[0] if place else "body")
    message = str(error.get("msg", "it is not valid")).removeprefix("Value error, ")
    return {"field": field, "message": message}


async def _unexpected(request: Request, error: Exception) -> Response:
    status, detail = _status_and_detail(error)
    # This response does not pass the middleware that adds the request's id.
    return problem(status, detail, headers={"X-Request-ID": request.scope.get("state", {}).get("request_id", "")})
