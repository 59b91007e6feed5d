"""A TCP proxy on loopback that refuses connections, resets them, falls silent or is slow, when it is told to."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

SLOW_S = 0.5  # that each piece waits in each direction
PIECE = 65_536
LINGER_NOT = struct.pack("ii", 1, 0)  # closing resets the connection


class Proxy:
    """Passes on what comes to `port`; after `fail`, in no good way until `mend`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._fault: str | None = None
        self._passing = threading.Event()
        self._passing.set()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = 0
        self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.fail("refused")
        self._passing.set()

    def fail(self, fault: str) -> None:
        """From now on: `refused`, `reset`, `silent` or `slow`."""
        self._fault = fault
        if fault == "silent":
            self._passing.clear()
        elif fault == "refused":
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._end_all()
        elif fault == "reset":
            self._end_all()

    def mend(self) -> None:
        """Pass everything on again. What a silent proxy held back is gone."""
        fault, self._fault = self._fault, None
        if fault == "silent":
            self._end_all()
            self._passing.set()
        elif fault == "refused":
            self._listen()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if self._fault == "reset":
                _reset(client)
                continue
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with self._lock:
            self._connections.add(client)
        self._passing.wait()
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            _reset(client)
            return
        with self._lock:
            self._connections.add(server)
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(PIECE):
                self._passing.wait()
                if self._fault == "slow":
                    time.sleep(SLOW_S)
                other.sendall(piece)
        for end in (one, other):
            _reset(end)
            with self._lock:
                self._connections.discard(end)

    def _end_all(self) -> None:
        with self._lock:
            for one in self._connections:
                _reset(one)
            self._connections.clear()


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        connection.shutdown(socket.SHUT_RD)  # wakes who waits for more
    connection.close()
