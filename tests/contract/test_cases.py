"""Every case of the contract, against both engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import contract_calls as calls
import contract_matching as matching
import pytest

HERE = Path(__file__).parent
FILES = sorted((HERE / "cases").glob("*.json"))


def read() -> list[Any]:
    every = []
    for path in FILES:
        group = json.loads(path.read_text())
        for case in group["cases"]:
            for number, call in enumerate(case["calls"]):
                server = case.get("server", group["server"])
                name = f"{path.stem}/{case['name']}/{number}"
                every.append(pytest.param(server, call, case["expect"], id=name))
    return every


@pytest.mark.parametrize(("server", "call", "expect"), read())
def test_case(servers, engine, server, call, expect):
    running = servers.get(engine, server)
    answer = calls.call(running.grpc, running.http, matching.expand(call))
    told = f"{answer.code} {answer.status} {answer.kind}: {answer.error}"
    if "code" in expect:
        assert answer.code == expect["code"], told
    if "http" in call and "status" in expect:
        assert answer.status == expect["status"], told
    if "error" in expect:
        assert answer.error == expect["error"]
    if "kind" in expect:
        assert answer.kind == expect["kind"], told
    if "raw" in expect:
        assert answer.raw.decode() == expect["raw"]
    if "body" in expect and not ("rpc" in call and answer.code != "OK"):
        matching.check(answer.body, expect["body"])
    matching.check(answer.headers, expect.get("headers", {}), "headers")
    if "http" in call:
        assert answer.headers["x-request-id"]
    if "http" in call and answer.status >= 400 and "raw" not in expect:
        assert set(answer.body) <= {"error", "code", "kind", "request_id", "detail"}
        assert answer.body["request_id"] == answer.headers["x-request-id"]


def test_cases_are_in_order():
    for path in FILES:
        group = json.loads(path.read_text())
        assert set(group) == {"server", "cases"}
        names = [case["name"] for case in group["cases"]]
        assert len(names) == len(set(names)), path
        for case in group["cases"]:
            assert set(case) <= {"name", "why", "server", "calls", "expect"}, case["name"]
            assert case["why"], case["name"]
            assert case["calls"], case["name"]
            assert set(case["expect"]) & {"code", "status"}, case["name"]
            failing = case["expect"].get("code", "OK") != "OK"
            # A case of an error says which, or it would pass with another.
            assert not failing or set(case["expect"]) & {"kind", "error", "headers"} or "Health" in str(case), case[
                "name"
            ]
