"""Who may speak now, who waits, and who is sent away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from vivavoce.serve.errors import DRAINING, busy
from vivavoce.serve.metrics import Metrics
from vivavoce.serve.settings import Settings


class Admission:
    """At most `max_streams` texts are spoken at once; of more, `max_queue` wait up to `max_wait_s`."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._free = asyncio.Semaphore(settings.max_streams)
        self.speaking = 0
        self.waiting = 0
        self.is_draining = False

    @asynccontextmanager
    async def stream(self) -> AsyncGenerator[None, None]:
        """A place for one text. Raises `ServiceError` 429 where there is none in time, 503 at the end of the server."""
        if self.is_draining:
            raise DRAINING
        await self._wait()
        self.speaking += 1
        self._metrics.streams.inc()
        try:
            yield
        finally:
            self.speaking -= 1
            self._metrics.streams.dec()
            self._free.release()

    async def _wait(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        if self.waiting >= self._settings.max_queue:
            raise busy()
        self.waiting += 1
        self._metrics.queue.inc()
        try:
            async with asyncio.timeout(self._settings.max_wait_s):
                await self._free.acquire()
        except TimeoutError:
            raise busy() from None
        finally:
            self.waiting -= 1
            self._metrics.queue.dec()

    async def drain(self, most_s: float) -> bool:
        """Let nobody in any more and wait until all is said; whether it was in time."""
        self.is_draining = True
        try:
            async with asyncio.timeout(most_s):
                while self.speaking or self.waiting:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return False
        return True
