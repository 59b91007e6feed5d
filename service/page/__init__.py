"""Serves the web page: static files with a strict content security policy.

The page is a client of the HTTP API like any other.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files

from fastapi import APIRouter, Request, Response

TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # text cannot become markup or code, even by a bug in the scripts
        "trusted-types 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",  # cached by the browser, and revalidated by its ETag
}


def router() -> APIRouter:
    """Routes for `/` and its files, which are read once."""
    router = APIRouter(include_in_schema=False)
    for one in files(__name__).iterdir():
        if one.name.rpartition(".")[2] in TYPES:
            _serve(router, "/" if one.name == "index.html" else f"/page/{one.name}", one.name, one.read_bytes())
    return router


def _serve(router: APIRouter, path: str, name: str, body: bytes) -> None:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = HEADERS | {"ETag": etag}
    media_type = TYPES[name.rpartition(".")[2]]

    async def file(request: Request) -> Response:
        known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
        if etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    router.add_api_route(path, file, methods=["GET", "HEAD"])
