"""The engine: its ports, and how it ends."""

from __future__ import annotations

import http.client
import socket
import threading
import time

import grpc
import numpy as np
import pytest
from grpc_running import PATIENCE, SLOW_WIDTH, Running, failure, running

from modelx.v1 import service_pb2 as pb
from modelx.v1 import service_pb2_grpc

ROW = pb.PredictRequest(features=[0.0] * 30)


def port_of(address):
    return int(address.rsplit(":", 1)[1])


def get(address, path):
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_both_edges_on_free_ports(cancer_file):
    with running(cancer_file, http_port=0) as server, server.channel() as channel:
        assert port_of(server.engine.grpc_address) != port_of(server.engine.http_address)
        assert service_pb2_grpc.ModelServiceStub(channel).Predict(ROW, timeout=PATIENCE).rows == 1
        assert get(server.engine.http_address, "/readyz")[0] == 200


def test_either_edge_may_be_off(cancer_file):
    with running(cancer_file, grpc_port=-1, http_port=0) as server:
        assert server.engine.grpc_address == ""
        assert get(server.engine.http_address, "/healthz")[0] == 200
    with running(cancer_file) as server:
        assert server.engine.http_address == ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_every_address_of_a_name_has_the_same_port(cancer_file, host):
    with running(cancer_file, host=host, http_port=0) as server:
        for address in (server.engine.grpc_address, server.engine.http_address):
            assert address.startswith(f"{host}:")
            for *_, where in socket.getaddrinfo(host, port_of(address), type=socket.SOCK_STREAM):
                socket.create_connection(where[:2], PATIENCE).close()


@pytest.mark.parametrize("which", ["grpc_port", "http_port"])
@pytest.mark.parametrize("reuse", [False, True], ids=["alone", "would share"])
def test_a_port_that_is_taken(cancer_file, which, reuse):
    other = {"grpc_port": "http_port", "http_port": "grpc_port"}[which]
    with socket.socket() as taken:
        if reuse:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"127.0.0.1:{port}") as caught:
            Running(cancer_file, **{which: port, other: 0})
        assert caught.value.filename == f"127.0.0.1:{port}"
    # What had begun to listen listens no more.
    with running(cancer_file, **{which: port, other: 0}):
        pass


def test_two_servers_do_not_share_a_port_by_mistake(cancer_file):
    with running(cancer_file) as server:
        with pytest.raises(OSError, match=server.address):
            Running(cancer_file, grpc_port=port_of(server.address))
        with server.channel() as channel:
            assert service_pb2_grpc.ModelServiceStub(channel).Predict(ROW, timeout=PATIENCE).rows == 1


def test_workers_share_their_ports(cancer_file):
    with socket.socket() as held, socket.socket() as held_too:
        ports = []
        for each in (held, held_too):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            each.bind(("127.0.0.1", 0))
            ports.append(each.getsockname()[1])
        settings = {"shared": True, "grpc_port": ports[0], "http_port": ports[1]}
        with running(cancer_file, **settings) as one, running(cancer_file, **settings) as other:
            assert one.address == other.address
            until = time.monotonic() + PATIENCE
            while not all(server.metrics().get(f"modelx_requests_total{LABELS}") for server in (one, other)):
                with one.channel(use_local_subchannel_pool=1) as channel:
                    assert service_pb2_grpc.ModelServiceStub(channel).Predict(ROW, timeout=PATIENCE).rows == 1
                assert time.monotonic() < until
        assert get_refused(ports[1])


LABELS = '{code="OK",method="predict",model="cancer",protocol="grpc",version="1"}'


def get_refused(port):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), PATIENCE)
    return True


@pytest.fixture(scope="module")
def heavy():
    return pb.PredictRequest(features=np.random.default_rng(0).normal(size=60_000 * SLOW_WIDTH))


def test_requests_under_way_are_answered(slow_file, heavy):
    with running(slow_file, http_port=0) as server, server.channel() as channel:
        service = service_pb2_grpc.ModelServiceStub(channel)
        under_way = [service.Predict.future(heavy, timeout=PATIENCE) for _ in range(2)]
        server.wait_for(lambda: server.services.admission.in_flight == 2)
        stopping = server.begin_stop()
        server.wait_for(lambda: server.services.shutting_down)
        assert not stopping.done()
        assert [each.result(PATIENCE).rows for each in under_way] == [60_000] * 2
        stopping.result(PATIENCE)
        get_refused(port_of(server.engine.http_address))
        with server.channel(use_local_subchannel_pool=1) as late:
            error = failure(service_pb2_grpc.ModelServiceStub(late).Predict, ROW)
        assert error.code() is grpc.StatusCode.UNAVAILABLE


def test_the_grace_ends_what_has_not(slow_file, heavy):
    with running(slow_file, shutdown_grace=0.1) as server, server.channel() as channel:
        service = service_pb2_grpc.ModelServiceStub(channel)
        under_way = [service.Predict.future(heavy, timeout=PATIENCE) for _ in range(6)]
        server.wait_for(lambda: server.services.admission.in_flight == 6)
        began = time.monotonic()
        server.begin_stop().result(PATIENCE)
        assert time.monotonic() - began < PATIENCE / 2
        codes = {each.exception(PATIENCE).code() for each in under_way if each.exception(PATIENCE)}
        assert codes <= {grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE}
        assert codes


def test_no_request_is_lost_while_the_server_stops(cancer_file):
    """Every call that was answered was answered well; all others hear that the server is not there."""
    with running(cancer_file) as server:
        outcomes, stop = [], threading.Event()

        def ask():
            with server.channel(use_local_subchannel_pool=1) as channel:
                service = service_pb2_grpc.ModelServiceStub(channel)
                while not stop.is_set():
                    try:
                        outcomes.append(service.Predict(ROW, timeout=PATIENCE).rows)
                    except grpc.RpcError as error:
                        outcomes.append(error.code())

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for each in threads:
            each.start()
        server.wait_for(lambda: len(outcomes) > 200)
        server.begin_stop().result(PATIENCE)
        after = len(outcomes)
        server.wait_for(lambda: len(outcomes) > after + 4)
        stop.set()
        for each in threads:
            each.join(PATIENCE)
            assert not each.is_alive()
        assert set(outcomes) == {1, grpc.StatusCode.UNAVAILABLE}


def test_connections_that_never_speak_do_not_hold_up_the_end(cancer_file):
    with running(cancer_file, read_timeout=0.5) as server:
        host, port = server.address.rsplit(":", 1)
        silent = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(5)]
        for each in silent:
            # The server gives up on a handshake that does not come.
            each.settimeout(PATIENCE)
            while each.recv(4096):
                pass
            each.close()
        another = socket.create_connection((host, int(port)), PATIENCE)
        server.begin_stop().result(10)
        another.close()
