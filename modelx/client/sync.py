"""The client that waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

from modelx.client import connection, plans, streams
from modelx.client.connection import Connection
from modelx.client.errors import CallError, TimedOutError, UnavailableError
from modelx.client.retrying import Attempts

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    from modelx.client.results import ModelInfo, Prediction, Reload
    from modelx.v1 import service_pb2


class Client:
    """A connection to a server of models; any number of threads may use it.

    Parameters
    ----------
    target : str
        ``host:port``, or another name that gRPC knows. Without a port: 8081.
    token : str, optional
        The bearer token.
    tls : bool
        Speak TLS; so does a client with one of the files below.
    ca : path-like, optional
        PEM file with the certificates that the server's is signed by; those that gRPC comes with when not given.
    cert, key : path-like, optional
        PEM files of the client's own certificate, for a server that asks for one.
    server_name : str, optional
        The name in the server's certificate, where it is not the host of `target`.
    gzip : bool
        Compress requests; answers are compressed as well then.
    timeout : float
        Seconds for a call with all its attempts, where the call is given no other; `math.inf` for no deadline.
    retries : int
        How often a prediction, or `info`, is asked for again when no server answers, or it has too many
        requests. Between attempts the client waits: a random part of 0.1 s, 0.2 s and so on to 2 s. A reload is never
        sent again.

    Raises
    ------
    MissingDependencyError
        Without grpcio.
    OSError
        When a PEM file cannot be read.
    ValueError
        For settings that contradict each other.
    """

    def __init__(
        self,
        target: str = "127.0.0.1:8081",
        *,
        token: str | None = None,
        tls: bool = False,
        ca: str | os.PathLike[str] | None = None,
        cert: str | os.PathLike[str] | None = None,
        key: str | os.PathLike[str] | None = None,
        server_name: str | None = None,
        gzip: bool = False,
        timeout: float = 10.0,
        retries: int = 3,
    ) -> None:
        self._connection = Connection(target, token, tls, ca, cert, key, server_name, gzip, timeout, retries)
        self._grpc = connection.require_grpc()
        from modelx.v1 import service_pb2_grpc

        self._channel = self._connection.channel(self._grpc, self._grpc)
        self._stub = service_pb2_grpc.ModelServiceStub(self._channel)  # type: ignore[no-untyped-call]
        self._health = self._channel.unary_unary(connection.HEALTH)
        self._known = plans.Known()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; calls under way end with `CancelledError`."""
        self._channel.close()

    def predict(
        self,
        X: Any,
        method: str = "predict",
        *,
        model: str = "",
        version: str = "",
        probabilities: bool = False,
        metadata: Mapping[str, str] | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> Prediction:
        """Apply a method of a model to rows.

        Parameters
        ----------
        X : array-like of shape (rows, n_features), data frame, or list of dicts
            Numbers, and strings where the model takes those; None, NaN and pandas' NA are gaps. Of data frames and
            dicts, the model's features are taken by their names, in whatever order they are.
        method : str
            Named as in scikit-learn.
        model, version : str
            May be empty: the only model, and the version that serves by default.
        probabilities : bool
            With the method predict of a classifier: give `probabilities` too.
        metadata : mapping, optional
            Notes for the server's log.
        request_id : str, optional
            Names the request there; random when not given.
        timeout : float, optional
            Seconds, in place of the client's.

        Returns
        -------
        Prediction

        Raises
        ------
        CallError
            Of the class that `modelx.client.errors` has for its code.
        """
        wanted = plans.Wanted(method, model, version, probabilities, metadata)
        prediction: Prediction = self._drive(plans.predict(self._known, X, wanted), request_id, timeout)
        return prediction

    def predict_stream(
        self,
        batches: Iterable[Any],
        method: str = "predict",
        *,
        model: str = "",
        version: str = "",
        probabilities: bool = False,
        metadata: Mapping[str, str] | None = None,
        request_id: str | None = None,
        timeout: float = connection.FOREVER,
    ) -> Iterator[Prediction | CallError]:
        """Apply a method to rows that keep coming; give one result for each batch, in their order.

        A batch that the server refuses gives its error as a value, and the stream goes on. Nothing is retried: what
        ends the stream is raised.

        Parameters
        ----------
        batches : iterable of what `predict` takes
            It is read in another thread, ahead of the answers.
        method, model, version, probabilities, metadata, request_id
            As in `predict`.
        timeout : float
            Seconds for the whole stream.

        Yields
        ------
        Prediction or CallError

        Raises
        ------
        CallError
        """
        wanted = plans.Wanted(method, model, version, probabilities, metadata)
        name = connection.request_name(request_id)
        # What `batches` raises in grpc's thread.
        raised: list[Exception] = []

        def requests() -> Iterator[service_pb2.PredictRequest]:
            try:
                for X in batches:
                    yield self._drive(streams.request(self._known, X, wanted), name, None)
            except Exception as error:  # noqa: BLE001 - told to the caller below
                raised.append(error)

        stream = self._stub.PredictStream(
            requests(), timeout=Attempts(0, timeout).remaining(), metadata=self._connection.metadata(name)
        )
        try:
            for item in stream:
                if item.HasField("error"):
                    yield streams.error_of(self._grpc, item.error, name)
                else:
                    yield self._drive(plans.typed(self._known, wanted, item.response), name, None)
        except self._grpc.RpcError as error:
            raise connection.error_from(error, name) from None
        finally:
            stream.cancel()
        if raised:
            raise raised[0]

    def info(
        self,
        model: str = "",
        version: str = "",
        *,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> ModelInfo:
        """Describe a model that serves.

        Raises
        ------
        CallError
        """
        found: ModelInfo = self._drive(plans.info(self._known, model, version), request_id, timeout)
        return found

    def reload(
        self,
        path: str = "",
        *,
        version: str = "",
        model: str = "",
        rollback: bool = False,
        request_id: str | None = None,
        timeout: float = connection.RELOAD_SECONDS,
    ) -> Reload:
        """Bring another file, or another version, into service; return when it serves.

        It is sent once. When it ends with `UnavailableError` or `TimedOutError` it may have happened: ask `info`.

        Parameters
        ----------
        path : str
            A file under the model root, as the server sees it. The model's own file again when neither this nor a
            version is given.
        version : str
            Of a repository, the version to serve by default; with `path`, the one that the file must have.
        model : str
            May be empty when the server has one only.
        rollback : bool
            Bring the model of before the last change back.

        Raises
        ------
        CallError
        """
        plan = plans.reload(self._known, path=path, version=version, model=model, rollback=rollback)
        done: Reload = self._drive(plan, request_id, timeout)
        return done

    def ready(self, *, wait: float = 0.0, timeout: float | None = None) -> bool:
        """Tell whether the server answers and takes requests.

        Parameters
        ----------
        wait : float
            Ask again and again for so many seconds, until it does.
        timeout : float, optional
            Seconds for each answer, in place of the client's.

        Raises
        ------
        CallError
            When something else answers than a server of models.
        """
        until = time.monotonic() + wait
        while not (answer := self._is_ready(timeout)) and time.monotonic() < until:
            time.sleep(min(connection.ASK_AGAIN_SECONDS, max(0.0, until - time.monotonic())))
        return answer

    def _is_ready(self, timeout: float | None) -> bool:
        attempts = Attempts(0, self._connection.seconds(timeout))
        try:
            answer: bytes = self._call(self._health, connection.HEALTH_REQUEST, attempts, connection.request_name(None))
        except (UnavailableError, TimedOutError):
            return False
        return answer == connection.HEALTH_SERVING

    def _drive(self, plan: plans.Plan, request_id: str | None, timeout: float | None) -> Any:
        """Make the calls of a plan; all of them have one deadline and one name."""
        attempts = Attempts(self._connection.retries, self._connection.seconds(timeout))
        name = connection.request_name(request_id)
        try:
            call = next(plan)
            while True:
                try:
                    answer = self._repeat(call, attempts, name)
                except CallError as error:
                    call = plan.throw(error)
                else:
                    call = plan.send(answer)
        except StopIteration as stop:
            return stop.value

    def _repeat(self, call: plans.Call, attempts: Attempts, name: str) -> Any:
        rpc = getattr(self._stub, call.rpc)
        while True:
            try:
                return self._call(rpc, call.request, attempts, name)
            except CallError as error:
                time.sleep(attempts.pause_after(error, safe=call.safe))

    def _call(self, rpc: Any, request: Any, attempts: Attempts, name: str) -> Any:
        try:
            return rpc(request, timeout=attempts.remaining(), metadata=self._connection.metadata(name))
        except self._grpc.RpcError as error:
            raise connection.error_from(error, name) from None
