"""What operators rely on, against both engines: settings, TLS, overload, metrics, stopping."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import contract_calls as calls
import contract_engines as engines
import contract_models as models
import grpc
import numpy as np
import pytest

from modelx.v1 import service_pb2, service_pb2_grpc


def run(engine, *arguments, environment=None):
    return subprocess.run(
        [*engines.command(engine), *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=240, env=environment,
    )  # fmt: skip


def settings_texts(tmp_path):
    """Give command lines and files whose outcome must be the same in both engines."""
    (tmp_path / "good.toml").write_text('grpc_port = 7000\nwatch = true\nread_timeout = "90s"\n')
    (tmp_path / "unknown.toml").write_text("grpc_prot = 7000\n")
    (tmp_path / "type.toml").write_text('grpc_port = "many"\n')
    (tmp_path / "broken.toml").write_text("grpc_port = \n")
    good = tmp_path / "good.toml"
    return [
        ["--print-config"],
        ["--print-config", "--config", good],
        ["--print-config", "--config", good, "--grpc-port", "7001", "--watch-interval", "500ms"],
        ["--config", tmp_path / "unknown.toml"],
        ["--config", tmp_path / "type.toml"],
        ["--grpc-port", "70000"],
        ["--grpc-port", "-2"],
        ["--grpc-port", "many"],
        ["--max-rows", "0"],
        ["--read-timeout", "soon"],
        ["--read-timeout", "-1s"],
        ["--load", "some"],
        ["--log-level", "loud"],
        ["--tls-cert", "x.pem"],
        ["--tls-client-ca", "x.pem"],
        ["--workers", "0"],
        ["--grpc-port", "-1", "--http-port", "-1"],
    ]


@pytest.mark.interop
def test_settings_are_read_alike(files, tmp_path):
    lines = settings_texts(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        # What takes time is the start of each.
        done = {e: pool.map(lambda line, e=e: run(e, files / "diabetes.pb", *line), lines) for e in ("python", "go")}
    for arguments, *both in zip(lines, done["python"], done["go"], strict=True):
        told = {}
        for engine, each in zip(("python", "go"), both, strict=True):
            # The program's name, and its word of where help is, differ.
            error = re.sub(r"^modelx(-go)?: ", "", each.stderr.splitlines()[0]) if each.stderr else ""
            told[engine] = (each.returncode, each.stdout, error)
        assert told["python"] == told["go"], arguments
        assert told["go"][0] == (0 if "--print-config" in arguments else 2), told


@pytest.mark.interop
def test_environment_is_read_alike(files):
    for extra in ({"MODELX_GRPC_PORT": "7", "MODELX_WATCH": "true"}, {"MODELX_GRPC_PORT": "x"}):
        environment = {"PATH": "/usr/bin:/bin", **extra}
        told = [run(e, files / "diabetes.pb", "--print-config", environment=environment) for e in ("python", "go")]
        assert told[0].stdout == told[1].stdout
        assert told[0].returncode == told[1].returncode
        assert [t.stderr.partition(": ")[2].splitlines()[:1] for t in told[:1]] == [
            t.stderr.partition(": ")[2].splitlines()[:1] for t in told[1:]
        ]


def test_exit_codes(engine, files, tmp_path):
    (tmp_path / "bad.pb").write_bytes(b"\x1b\xff no model")
    with socket.socket() as taken, ThreadPoolExecutor(4) as pool:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        good = files / "diabetes.pb"
        missing, bad, *ports = pool.map(
            lambda line: run(engine, *line),
            [
                (tmp_path / "missing.pb",),
                (tmp_path / "bad.pb", "--grpc-port", "0", "--http-port", "0"),
                (good, "--grpc-port", port, "--http-port", "0"),
                (good, "--grpc-port", "0", "--http-port", port),
            ],
        )
    assert (missing.returncode, bad.returncode) == (6, 3)
    for done in ports:
        assert done.returncode == 6, done.stderr
        assert port in done.stderr


def test_overload_is_refused_at_once(serve, files):
    server = serve(files / "repository", max_in_flight="2", max_rows="100000")
    x = np.resize(models.data("iris"), (50_000, 4)).ravel()
    request = service_pb2.PredictRequest(model_name="clusters", method="transform", features=x)
    outcomes: list[str] = []

    def client():
        with grpc.insecure_channel(server.grpc, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            stub = service_pb2_grpc.ModelServiceStub(channel)
            for _ in range(10):
                try:
                    stub.Predict(request, timeout=60)
                    outcomes.append("OK")
                except grpc.RpcError as error:
                    outcomes.append(f"{error.code().name}: {error.details()}")

    threads = [threading.Thread(target=client) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = "RESOURCE_EXHAUSTED: 2 requests are in flight, the server's limit; try again later"
    assert set(outcomes) == {"OK", refused}, set(outcomes)
    # What is over serves again.
    small = {"rpc": "modelx.v1.ModelService/Predict", "request": {"model_name": "iris", "features": [1, 2, 3, 4]}}
    assert calls.call_grpc(server.grpc, small).code == "OK"


def metrics(server):
    return calls.call_http(server.http, {"http": "GET /metrics"}).raw.decode()


def samples(text):
    """Give each series, its labels in alphabetical order, and its value."""
    every = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            series, _, value = line.rpartition(" ")
            name, _, labels = series.rstrip("}").partition("{")
            pairs = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            if "le" in pairs:
                pairs["le"] = str(float(pairs["le"]))
            every[name + "{" + ",".join(f'{key}="{pairs[key]}"' for key in sorted(pairs)) + "}"] = value
    return every


@pytest.mark.interop
def test_metrics_are_the_same(files):
    """After the same requests both engines expose the same series, with the same values where time plays no part."""
    exposed = []
    for engine in ("python", "go"):
        server = engines.start(engine, files / "repository")
        try:
            for name, width in (("iris", 4), ("diabetes", 10), ("nobody", 1), ("iris", 3)):
                request = {"model_name": name, "features": [0.0] * width * 3}
                calls.call_grpc(server.grpc, {"rpc": "modelx.v1.ModelService/Predict", "request": request})
                calls.call_http(server.http, {"http": "POST /predict", "json": request})
            calls.call_http(server.http, {"http": "POST /reload", "json": {"model_name": "iris"}})
            calls.call_http(server.http, {"http": "POST /reload", "json": {"model_name": "iris", "path": "none.pb"}})
            calls.call_http(server.http, {"http": "GET /model-info?model_name=iris"})
            exposed.append(metrics(server))
        finally:
            server.stop()
    python, go = map(samples, exposed)
    go = {name.replace('engine="go"', 'engine="python"'): value for name, value in go.items()}
    assert sorted(python.keys() ^ go.keys()) == []
    timed = re.compile(r"(duration_seconds_(bucket|sum)|load_seconds)")
    differ = [name for name in python if not timed.search(name) and float(python[name]) != float(go[name])]
    assert differ == [], [(name, python[name], go[name]) for name in differ]
    helps = [{line for line in text.splitlines() if line.startswith("# TYPE")} for text in exposed]
    assert helps[0] == helps[1]
    ok = 'modelx_requests_total{code="OK",method="predict",model="iris",protocol="grpc",version="1.0.0"}'
    assert float(python[ok]) == 1


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Make an authority, and a certificate of it for the server and for a client, as an operator would."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "other"):
        openssl(
            "req",
            "-x509",
            *new_key,
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.pem",
            "-subj",
            f"/CN={name}",
            "-days",
            "2",
        )
    (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for name in ("server", "client"):
        openssl("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", f"{name}.pem", "-days", "2", "-extfile", "san",
        )  # fmt: skip
    return folder


def https(address, ca, client=None):
    context = ssl.create_default_context(cafile=ca)
    if client:
        context.load_cert_chain(client.with_suffix(".pem"), client.with_suffix(".key"))
    with urllib.request.urlopen(f"https://{address}/healthz", context=context, timeout=20) as response:
        return response.status


def secure_rpc(address, ca, client=None):
    pair = {}
    if client:
        pair["private_key"] = client.with_suffix(".key").read_bytes()
        pair["certificate_chain"] = client.with_suffix(".pem").read_bytes()
    credentials = grpc.ssl_channel_credentials(ca.read_bytes(), **pair)
    with grpc.secure_channel(address, credentials) as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        return stub.GetModelInfo(service_pb2.GetModelInfoRequest(), timeout=5).name


def test_tls(serve, files, certificates):
    c = certificates
    server = serve(files / "diabetes.pb", tls_cert=str(c / "server.pem"), tls_key=str(c / "server.key"))
    assert https(server.http, c / "ca.pem") == 200
    assert secure_rpc(server.grpc, c / "ca.pem") == "diabetes"
    with pytest.raises(urllib.error.URLError):
        https(server.http, c / "other.pem")
    with pytest.raises(grpc.RpcError):
        secure_rpc(server.grpc, c / "other.pem")
    # Without TLS nothing is answered.
    assert calls.call_grpc(server.grpc, {"rpc": "modelx.v1.ModelService/GetModelInfo", "timeout": 3}).code != "OK"


def test_mutual_tls(serve, files, certificates):
    c = certificates
    flags = {"tls_cert": str(c / "server.pem"), "tls_key": str(c / "server.key"), "tls_client_ca": str(c / "ca.pem")}
    server = serve(files / "diabetes.pb", **flags)
    assert https(server.http, c / "ca.pem", c / "client.pem") == 200
    assert secure_rpc(server.grpc, c / "ca.pem", c / "client.pem") == "diabetes"
    with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
        https(server.http, c / "ca.pem")
    with pytest.raises(grpc.RpcError):
        secure_rpc(server.grpc, c / "ca.pem")


def test_requests_under_way_finish_when_the_server_stops(serve, files):
    server = serve(files / "repository", max_rows="100000")
    x = np.resize(models.data("iris"), (100_000, 4)).ravel()
    request = service_pb2.PredictRequest(model_name="clusters", method="transform", features=x)
    with grpc.insecure_channel(server.grpc) as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        stub.Predict(request)
        stream = stub.PredictStream(iter([]))
        assert list(stream) == []
        waiting = [stub.Predict.future(request) for _ in range(4)]
        # One answer has come, so the server has taken the requests; whichever it has taken it finishes.
        first = waiting[0].result(timeout=60)
        server.process.terminate()
        outcomes = [w.code() if w.exception(timeout=60) else None for w in waiting]
    assert first.rows == 100_000
    assert {code for code in outcomes if code} <= {grpc.StatusCode.UNAVAILABLE}
    assert server.process.wait(timeout=60) == 0
    server.wait_log("stopped")
    assert [line["msg"] for line in server.lines][-2:] == ["shutting down", "stopped"]
