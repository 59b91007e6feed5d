"""API keys with scopes; without keys the service serves loopback only."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import Request
from starlette.exceptions import HTTPException

from rag.errors import ConfigError
from rag.settings import HASHED, SCOPES, Key
from service.limits import KeyLimits

WITHOUT_KEYS = "-"  # the name that requests are counted under where no key is set


class Keys:
    """The keys of a service and their limits. Hashes of secrets are compared in constant time."""

    def __init__(self, keys: Sequence[Key], limits: KeyLimits | None = None) -> None:
        self._known = [(key.name, key.digest, key.scopes) for key in keys]
        self._limits = limits or KeyLimits()

    def require(self, scope: str) -> Callable[[Request], AsyncIterator[None]]:
        """A FastAPI dependency that admits requests whose key has the scope and is within its limits.

        The request counts as in progress until its response is sent. Outside FastAPI's routes:
        `async with asynccontextmanager(keys.require("read"))(request)`.
        """

        async def admitted(request: Request) -> AsyncIterator[None]:
            request.state.key = name = self.name_of(request, scope)
            async with self._limits.admitted(name, request.state):
                yield

        return admitted

    def name_of(self, request: Request, scope: str) -> str:
        """The name of the request's key. Raises HTTPException where there is no key with the scope."""
        if not self._known:
            _check_host(request)
            return WITHOUT_KEYS
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret:
            raise _unauthorized("A key is needed: send it as Authorization: Bearer KEY.")
        given = _hash(secret.strip())
        found = [(name, scopes) for name, known, scopes in self._known if hmac.compare_digest(known, given)]
        if not found:
            raise _unauthorized("The key is not known.")
        name, scopes = found[0]
        if scope not in scopes:
            raise HTTPException(403, f"The key does not have the scope {scope}.")
        return name


def new_key(name: str, scopes: str) -> tuple[str, str]:
    """Creates a secret, and the entry of BYLINE_KEYS with its hash. Raises ValueError."""
    if not set(scopes.split("+")) <= SCOPES:
        raise ValueError("the scopes are read, write or read+write")
    secret = f"byline_{secrets.token_urlsafe(32)}"
    Key(name=name, scopes=frozenset(scopes.split("+")), secret=secret)
    return secret, f"{name}:{scopes}:{HASHED}{_hash(secret).hex()}"


def require_safe_address(host: str, keys: Sequence[Key]) -> None:
    """Raises ConfigError for an address that other machines can reach while no key is set."""
    if not keys and not is_loopback(host):
        raise ConfigError(f"Serving {host} needs keys: set BYLINE_KEYS=name:read+write:secret, or serve 127.0.0.1.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is the loopback."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_host(request: Request) -> None:
    """Raises HTTPException for another host name: without keys, this stops DNS rebinding by a page in a browser."""
    host = request.url.hostname or ""
    if not is_loopback(host):
        raise HTTPException(403, "Without keys the service answers to localhost and 127.0.0.1 only.")


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
