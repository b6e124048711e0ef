"""Starting `modelx serve` as its users do, and asking it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc

from modelx.v1 import service_pb2, service_pb2_grpc

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 90
ROW = [5.1, 3.5, 1.4, 0.2]


def environment(**more):
    own = {key: value for key, value in os.environ.items() if not key.startswith(("MODELX_", "OTEL_"))}
    return own | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | more


def command(*args):
    return [sys.executable, "-m", "modelx", "serve", *map(str, args)]


def wait_until(condition, what):
    """Wait for what will be; a deadline ends the test."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.02)
    return found


def is_running(pid):
    """Whether a process is there; one that only waits to be collected is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Serving:
    """A server in a process of its own, its log, and where it answers."""

    def __init__(self, *args, ports=("0", "0"), ready=True, **more):
        line = command(*args, "--engine", "python", "--grpc-port", ports[0], "--http-port", ports[1])
        self.process = subprocess.Popen(line, stderr=subprocess.PIPE, env=environment(**more))
        self.lines = []
        self.other = []
        self._changed = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.grpc = self.http = ""
        if ready:
            try:
                line = self.wait_log("serving")
            except BaseException:
                self.__exit__()
                raise
            self.grpc, self.http = line["grpc_address"], line["http_address"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join()
        self.process.stderr.close()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                try:
                    self.lines.append(json.loads(line))
                except ValueError:
                    self.other.append(line.decode())
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_log(self, msg, count=1, **keys):
        """Give the log line with a message and some keys, once there are as many."""

        def found():
            return [line for line in self.lines if line["msg"] == msg and keys.items() <= line.items()]

        end = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while len(found()) < count:
                assert not self._ended, (self.lines[-5:], self.other)
                assert self._changed.wait(end - time.monotonic()), (msg, self.lines[-5:], self.other)
            return found()[count - 1]

    def worker_pids(self):
        """Give the processes that serve, by the workers' numbers."""
        with self._changed:
            return {line["worker"]: line["worker_pid"] for line in self.lines if line["msg"] == "worker serves"}

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Tell the server to stop, and give its exit code."""
        self.send(number)
        return self.process.wait(PATIENCE_SECONDS)

    def connection(self):
        host, _, port = self.http.rpartition(":")
        return http.client.HTTPConnection(host, int(port), timeout=PATIENCE_SECONDS)

    def ask(self, method, path, body=None):
        """Give the status and the body of an answer, on a connection of its own."""
        connection = self.connection()
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        is_json = answer.headers["content-type"] == "application/json"
        return answer.status, json.loads(data) if is_json and data else data

    def predict(self):
        status, answer = self.ask("POST", "/predict", {"features": [ROW]})
        assert status == 200, answer
        return answer

    def predict_grpc(self):
        with grpc.insecure_channel(self.grpc) as channel:
            stub = service_pb2_grpc.ModelServiceStub(channel)
            return stub.Predict(service_pb2.PredictRequest(features=ROW), timeout=PATIENCE_SECONDS)

    def metric(self, name, **labels):
        """Add up the samples of a metric that have some labels."""
        from prometheus_client.parser import text_string_to_metric_families

        _, text = self.ask("GET", "/metrics")
        return sum(
            sample.value
            for family in text_string_to_metric_families(text.decode())
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )
