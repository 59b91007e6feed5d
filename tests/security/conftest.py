"""The service tests' fixtures: a real service on a free port."""

from tests.service.conftest import client, serve, url

__all__ = ["client", "serve", "url"]
