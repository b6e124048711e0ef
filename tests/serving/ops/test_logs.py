"""The log's lines."""

from __future__ import annotations

import json
import logging
import os
import re
import warnings

import pytest

from modelx.serving.logs import Log, capture_libraries


@pytest.fixture
def written():
    """Give a descriptor to write to, and what was written to it."""
    read, write = os.pipe()
    os.set_blocking(read, False)

    def lines():
        try:
            return os.read(read, 1 << 20).decode("utf-8").split("\n")[:-1]
        except BlockingIOError:
            return []

    yield write, lines
    os.close(read)
    os.close(write)


REQUEST = {
    "request_id": "a1",
    "protocol": "http",
    "method": "POST /predict",
    "model": "m",
    "version": "1",
    "rows": 2,
    "seconds": 0.25,
}


def test_json(written):
    file, lines = written
    Log(file=file).info("model loaded", model='a"\n\u2028', seconds=0.5, detail=None)
    (line,) = lines()
    values = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", values.pop("time"))
    assert values == {"level": "info", "msg": "model loaded", "model": 'a"\n\u2028', "seconds": 0.5}
    assert list(json.loads(line))[:3] == ["time", "level", "msg"]


def test_text(written):
    file, lines = written
    Log(form="text", file=file).error("internal error", path="a b", model="m", rows=3, detail="one\ntwo\x1b[2J")
    (line,) = lines()
    assert line.split(" ", 1)[1] == 'ERROR   internal error path="a b" model=m rows=3 detail="one\\ntwo\\u001b[2J"'


def test_half_characters_are_written_as_escapes(written):
    file, lines = written
    Log(file=file).info("model loaded", path="\udcff")
    assert json.loads(lines()[0])["path"] == "\udcff"


@pytest.mark.parametrize(
    ("level", "told"),
    [("debug", "diwe"), ("info", "iwe"), ("warning", "we"), ("error", "e")],
)
def test_levels(level, told, written):
    file, lines = written
    log = Log(level=level, file=file)
    for each in ("debug", "info", "warning", "error"):
        log.write(each, each)
    assert "".join(json.loads(line)["msg"][0] for line in lines()) == told


@pytest.mark.parametrize(
    ("requests", "level", "told"),
    [
        ("all", "info", ["OK", "NOT_FOUND", "INTERNAL"]),
        ("errors", "info", ["NOT_FOUND", "INTERNAL"]),
        ("none", "info", []),
        ("all", "warning", ["NOT_FOUND", "INTERNAL"]),
        ("all", "error", ["INTERNAL"]),
    ],
)
def test_requests(requests, level, told, written):
    file, lines = written
    log = Log(level=level, requests=requests, file=file)
    for code in ("OK", "NOT_FOUND", "INTERNAL"):
        log.request(**REQUEST, code=code, error="" if code == "OK" else "the text")
    assert [json.loads(line)["code"] for line in lines()] == told


def test_the_keys_of_a_request(written):
    file, lines = written
    log = Log(requests="all", file=file)
    log.request(**REQUEST, code="OK")
    log.request(**REQUEST, code="NOT_FOUND", error='no model "x"')
    good, bad = map(json.loads, lines())
    expected = {key: value for key, value in REQUEST.items() if key != "version"} | {"model_version": "1"}
    assert {key: good[key] for key in good.keys() - {"time"}} == expected | {
        "level": "info",
        "msg": "request",
        "code": "OK",
    }
    assert bad["error"] == 'no model "x"'
    assert bad["level"] == "warning"


def test_a_reader_that_went_away_is_no_error():
    read, write = os.pipe()
    os.close(read)
    Log(file=write).info("serving")
    os.close(write)


def test_what_libraries_say_is_in_the_log(written):
    file, lines = written
    root = logging.getLogger()
    before = root.level, list(root.handlers), logging.raiseExceptions
    try:
        with warnings.catch_warnings():
            capture_libraries(Log(file=file), "info")
            logging.getLogger("some.library").info("too much")
            logging.getLogger("some.library").error("it %s", "failed", exc_info=ValueError("no such thing"))
    finally:
        logging.captureWarnings(False)
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        logging.raiseExceptions = before[2]
    (line,) = lines()
    values = json.loads(line)
    assert (values["level"], values["msg"], values["logger"]) == ("error", "it failed", "some.library")
    assert values["detail"] == "ValueError: no such thing\n"
