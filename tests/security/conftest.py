"""A real service on a free port, as the tests of the service have it."""

from tests.service.conftest import client, serve, url

__all__ = ["client", "serve", "url"]
