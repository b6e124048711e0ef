"""One face for the sync and the async client, so that each test asks both."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager

from modelx.client import AsyncClient, Client

KINDS = ("sync", "async")


class Waiting:
    """An async client that is waited for."""

    def __init__(self, loop, target, **options):
        self.loop = loop
        self.inner = AsyncClient(target, **options)

    def __getattr__(self, name):
        method = getattr(self.inner, name)
        if name == "predict_stream":
            return lambda *args, **given: self._collect(method(*args, **given))
        return lambda *args, **given: self.loop.run_until_complete(method(*args, **given))

    def _collect(self, stream):
        """Give what a stream gives until it ends, and then what it raises."""
        stream = aiter(stream)
        while True:
            try:
                yield self.loop.run_until_complete(anext(stream))
            except StopAsyncIteration:
                return


@contextmanager
def opened(kind, target, **options):
    """Open a client of a kind, and close it."""
    if kind == "sync":
        with Client(target, **options) as client:
            yield client
        return
    loop = asyncio.new_event_loop()
    client = Waiting(loop, target, **options)
    try:
        yield client
    finally:
        client.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
