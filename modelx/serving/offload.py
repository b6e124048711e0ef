"""Where a prediction is computed: on the event loop while that is short, in a thread when it is not."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import thread_time
from typing import TYPE_CHECKING, TypeVar

from threadpoolctl import threadpool_limits

from modelx.serving import answering

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

    from modelx.serving.admission import Admission
    from modelx.serving.models import Served
    from modelx.serving.requests import Request, Response
    from modelx.v1 import service_pb2

T = TypeVar("T")

# A thread costs about a tenth of a millisecond, and holds other requests up while it has the interpreter: what takes
# less than this is done at once.
SHORT_SECONDS = 0.0005
# As many values may be tried on the event loop before it is known how long they take.
_TRIED = 2048
# Of predictions that are known to be short, one of 17 is measured, so that those that take turns all are.
_UNMEASURED = 16
# Size classes that are remembered; a reload brings new ones.
_REMEMBERED = 1024


class Offload:
    """Computes predictions, and learns how long they take.

    Used from the event loop alone. As long as it is open, BLAS uses one thread for each computation in the process.

    Parameters
    ----------
    admission : Admission
        What is counted for as long as a prediction is computed.
    threads : int
        0 for as many as there are processors, at least 2 and at most 8.
    """

    def __init__(self, admission: Admission, threads: int = 0) -> None:
        self._admission = admission
        count = threads or min(8, max(2, os.cpu_count() or 2))
        # Requests share the processors. Were each spread over all of them as well, they would wait for one another: on
        # a busy machine, a tenth of a millisecond becomes twenty. OpenMP's limit is each thread's own, BLAS's the
        # process's.
        self._limits = threadpool_limits(1)
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="predict", initializer=_use_one_thread)
        self._seconds: dict[tuple[str, tuple[str, ...], int], float] = {}
        # How many more are not measured, once it is known how long they take.
        self._unmeasured = 0

    async def respond(self, served: Served, request: Request, values: int) -> Response:
        """Let a prediction in, and compute it: `at_once`, else `in_thread`.

        Parameters
        ----------
        served : Served
        request : Request
        values : int
            How many numbers the request has.

        Raises
        ------
        ServingError
            `overloaded`, or what `answering.respond` says.
        asyncio.CancelledError
            The client has gone away. What a thread computes for it is still counted until it is done.
        """
        response = self.at_once(served, request, values)
        return await self.in_thread(served, request, values) if response is None else response

    def at_once(self, served: Served, request: Request, values: int) -> Response | None:
        """Compute a prediction that is short, or give None. Raises as `respond`."""
        key = (served.sha256, request.methods, values.bit_length())
        known = self._seconds.get(key)
        if values > _TRIED if known is None else known > SHORT_SECONDS:
            return None
        # Nothing else runs on the event loop meanwhile, so that it need not be counted.
        self._admission.look()
        if self._unmeasured and known is not None:
            self._unmeasured -= 1
            return answering.respond(served, request)
        self._unmeasured = _UNMEASURED
        # Not the time that passes, in which other threads and programs run as well.
        began = thread_time()
        try:
            return answering.respond(served, request)
        finally:
            self._learn(key, known, thread_time() - began)

    def one_row(
        self, served: Served, message: service_pb2.PredictRequest, features: NDArray[np.float64]
    ) -> float | None:
        """Compute the commonest prediction: one row, one number, nothing to refuse. None: take `at_once`."""
        method = served.methods.get(message.method or "predict")
        if (
            method is None
            or method.one is None
            or features.size != method.width
            or message.include_probabilities
            or message.rows > 1
            or features.size > _TRIED
        ):
            return None
        # As in at_once.
        self._admission.look()
        value = method.one(features)
        if value is not None:
            served.served.add()
        return value

    async def in_thread(self, served: Served, request: Request, values: int) -> Response:
        """Compute a prediction that takes long. Raises as `respond`."""
        key = (served.sha256, request.methods, values.bit_length())
        self._admission.enter()
        try:
            future = self._executor.submit(_timed, served, request)
        except BaseException:
            self._admission.leave()
            raise
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda done: self._done(loop, key, done))
        response, _ = await asyncio.wrap_future(future)
        return response

    async def run(self, work: Callable[[], T]) -> T:
        """Do in a thread what reads files."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Let the threads end; what they have not begun is dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._limits.restore_original_limits()

    def _done(
        self,
        loop: asyncio.AbstractEventLoop,
        key: tuple[str, tuple[str, ...], int],
        done: Future[tuple[Response, float]],
    ) -> None:
        """Count a prediction of a thread as done, on the event loop; a loop that is closed counts no more."""
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._admission.leave)
            if not done.cancelled() and done.exception() is None:
                loop.call_soon_threadsafe(self._learn, key, self._seconds.get(key), done.result()[1])

    def _learn(self, key: tuple[str, tuple[str, ...], int], known: float | None, seconds: float) -> None:
        if known is None:
            if len(self._seconds) >= _REMEMBERED:
                self._seconds.clear()
            self._seconds[key] = seconds
        else:
            # Something else, on this machine or in this interpreter, may take long once.
            self._seconds[key] = known + (min(seconds, 2 * known) - known) * 0.125


def _use_one_thread() -> None:
    threadpool_limits(1, user_api="openmp")


def _timed(served: Served, request: Request) -> tuple[Response, float]:
    started = thread_time()
    return answering.respond(served, request), thread_time() - started
