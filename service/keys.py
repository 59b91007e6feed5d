"""Who may do what: keys with scopes, and loopback only where there is no key. Routes depend on it."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Sequence

from fastapi import Request
from starlette.exceptions import HTTPException

from rag.errors import ConfigError
from rag.settings import Key


class Keys:
    """The keys of a service. Secrets are kept as hashes and compared in constant time."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._known = [(_hash(key.secret.get_secret_value()), key.scopes) for key in keys]

    def require(self, scope: str) -> Callable[[Request], None]:
        """A dependency that lets a request pass whose key has the scope."""

        def check(request: Request) -> None:
            if self._known:
                self._check_key(request, scope)
            else:
                _check_host(request)

        return check

    def _check_key(self, request: Request, scope: str) -> None:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret:
            raise _unauthorized("A key is needed: send it as Authorization: Bearer KEY.")
        given = _hash(secret.strip())
        scopes = [scopes for known, scopes in self._known if hmac.compare_digest(known, given)]
        if not scopes:
            raise _unauthorized("The key is not known.")
        if scope not in scopes[0]:
            raise HTTPException(403, f"The key does not have the scope {scope}.")


def require_safe_address(host: str, keys: Sequence[Key]) -> None:
    """Raises ConfigError for an address that others can reach while no key is set."""
    if not keys and not is_loopback(host):
        raise ConfigError(
            f"Without keys only this machine is served, not {host}: set BYLINE_KEYS=name:read+write:secret, or serve "
            "127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_host(request: Request) -> None:
    """Without keys a page in a browser must not reach the service under a name of its own (DNS rebinding)."""
    host = request.url.hostname or ""
    if not is_loopback(host):
        raise HTTPException(403, "Without keys the service answers to localhost and 127.0.0.1 only.")


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
