"""Settings come from flags, the environment and a file, and are refused with their source's name."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from modelx.serving.settings import TABLE, Settings, SettingsError, load, to_toml
from modelx.serving.settings_table import Choice, Duration, Integer, Switch, Text

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "serving.md"

# For each setting: as a flag or in the environment, as TOML, and what it means.
GIVEN = {
    "host": ("0.0.0.0", '"0.0.0.0"', "0.0.0.0"),  # noqa: S104
    "grpc_port": ("-1", "-1", -1),
    "http_port": ("65535", "65535", 65535),
    "model_name": ('a "b" \\ ü', '"a \\"b\\" \\\\ ü"', 'a "b" \\ ü'),
    "model_root": ("/models", "'/models'", "/models"),
    "load": ("latest", '"latest"', "latest"),
    "watch": ("true", "true", True),
    "watch_interval": ("250ms", '"250ms"', 0.25),
    "workers": ("4", "4", 4),
    "max_message_bytes": ("1", "1", 1),
    "max_rows": ("17", "17", 17),
    "max_in_flight": ("9", "9", 9),
    "max_file_bytes": ("9223372036854775807", "9223372036854775807", 2**63 - 1),
    "read_timeout": ("5m", '"5m"', 300.0),
    "idle_timeout": ("1h", '"1h"', 3600.0),
    "shutdown_grace": ("0s", '"0s"', 0.0),
    "tls_cert": ("c.pem", '"c.pem"', "c.pem"),
    "tls_key": ("k.pem", '"k.pem"', "k.pem"),
    "tls_client_ca": ("ca.pem", '"ca.pem"', "ca.pem"),
    "predict_token_file": ("p", '"p"', "p"),
    "reload_token_file": ("r", '"r"', "r"),
    "log_level": ("debug", '"debug"', "debug"),
    "log_format": ("text", '"text"', "text"),
    "log_requests": ("all", '"all"', "all"),
}
WRONG = {
    Integer: ["", "x", "1.5", " 1", "1e3", "٣", "99999999999999999999"],
    Switch: ["", "1", "True", "yes"],
    Duration: ["", "30", "s", "-1s", "1.5s", "1d", "1m30s", "30 s", "1234567890s"],
    Choice: ["", "x", "ALL"],
}
WRONG_TOML = {
    Integer: ["1.0", "true", '"1"', "[1]"],
    Switch: ["0", '"true"', "{}"],
    Duration: ["30", "1.5", "true", "1979-05-27"],
    Choice: ["1", '"x"', "[]"],
    Text: ["1", "true", "[]"],
}


def write(folder, text):
    path = folder / "modelx.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def by_name(name):
    return next(each for each in TABLE if each.name == name)


def partner(name):
    """What must be given beside a setting, in the environment."""
    others = {"tls_cert", "tls_key"} - {name} if name.startswith("tls") else set()
    return {f"MODELX_{other.upper()}": "x" for other in others}


def test_the_table_is_that_of_the_documentation():
    section = DOCUMENTATION.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    documented = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `--"):
            for flag in re.findall(r"`--([a-z-]+)`", cells[0]):
                documented[flag.replace("-", "_")] = cells[1].strip("`")
    assert list(documented) == [each.name for each in TABLE]
    assert documented == {each.name: each.kind.show(each.default).strip('"') for each in TABLE}


def test_every_setting_has_a_case_and_help():
    assert set(GIVEN) == {each.name for each in TABLE} == {each.name for each in fields(Settings)} - {"model"}
    assert all(each.help.endswith(".") for each in TABLE)


def test_defaults():
    assert load("m.pb", {}, {}) == Settings("m.pb")


@pytest.mark.parametrize("name", GIVEN)
def test_each_source_is_read(name, tmp_path):
    text, toml, meaning = GIVEN[name]
    file = write(tmp_path, f"{name} = {toml}\n")
    assert getattr(load("m", {name: text}, partner(name)), name) == meaning
    assert getattr(load("m", {}, partner(name) | {by_name(name).variable: text}), name) == meaning
    assert getattr(load("m", {}, partner(name), file), name) == meaning
    assert getattr(load("m", {}, partner(name) | {"MODELX_CONFIG": file}), name) == meaning


def test_a_flag_goes_before_the_environment_and_that_before_the_file(tmp_path):
    file = write(tmp_path, "max_rows = 3\nmax_in_flight = 3\nworkers = 3\n")
    environment = {"MODELX_MAX_ROWS": "2", "MODELX_MAX_IN_FLIGHT": "2", "MODELX_UNKNOWN": "x"}
    settings = load("m", {"max_rows": "1"}, environment, file)
    assert (settings.max_rows, settings.max_in_flight, settings.workers, settings.http_port) == (1, 2, 3, 8080)


def test_the_flag_for_the_file_goes_before_the_variable(tmp_path):
    file = write(tmp_path, "workers = 3\n")
    assert load("m", {}, {"MODELX_CONFIG": "/nowhere/at/all"}, file).workers == 3


def test_what_goes_before_hides_what_is_wrong_behind_it(tmp_path):
    file = write(tmp_path, 'max_rows = "x"\n')
    assert load("m", {"max_rows": "1"}, {"MODELX_MAX_ROWS": "x"}, file).max_rows == 1


@pytest.mark.parametrize(
    ("name", "text"), [(each.name, text) for each in TABLE for text in WRONG.get(type(each.kind), [])]
)
def test_wrong_text_is_refused_by_flag_and_by_variable(name, text):
    setting = by_name(name)
    with pytest.raises(SettingsError) as error:
        load("m", {name: text}, {})
    assert str(error.value) == f'flag {setting.flag} is "{text}"; expected {setting.kind.expected}'
    with pytest.raises(SettingsError) as error:
        load("m", {}, {setting.variable: text})
    assert str(error.value) == f'environment {setting.variable} is "{text}"; expected {setting.kind.expected}'


@pytest.mark.parametrize(
    ("name", "toml"), [(each.name, toml) for each in TABLE for toml in WRONG_TOML[type(each.kind)]]
)
def test_wrong_types_are_refused_in_a_file(name, toml, tmp_path):
    file = write(tmp_path, f"{name} = {toml}\n")
    with pytest.raises(SettingsError) as error:
        load("m", {}, {}, file)
    assert str(error.value).startswith(f"key {name} of {file} is ")
    assert str(error.value).endswith(f"; expected {by_name(name).kind.expected}")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("grpc_port", -2, "a whole number from -1 to 65535"),
        ("http_port", 65536, "a whole number from -1 to 65535"),
        ("workers", 0, "a whole number from 1 to 1024"),
        ("max_message_bytes", 2**31, "a whole number from 1 to 2147483647"),
        ("max_file_bytes", 2**63, "a whole number from 1 to 9223372036854775807"),
        ("watch_interval", "0s", "a duration such as 500ms, 30s or 5m, longer than 0s"),
    ],
)
def test_limits(name, value, expected, tmp_path):
    shown = f'"{value}"' if isinstance(value, str) else value
    file = write(tmp_path, f"{name} = {shown}\n")
    with pytest.raises(SettingsError, match=re.escape(f"is {shown}; expected {expected}")):
        load("m", {}, {}, file)
    with pytest.raises(SettingsError, match=re.escape(f'is "{value}"; expected {expected}')):
        load("m", {name: str(value)}, {})


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"tls_cert": "c"}, "flag --tls-cert is set and tls_key is not; expected both"),
        ({"tls_key": "k"}, "flag --tls-key is set and tls_cert is not; expected both"),
        ({"tls_client_ca": "a"}, "flag --tls-client-ca is set and tls_cert is not; expected both"),
        (
            {"grpc_port": "-1", "http_port": "-1"},
            (
                "flag --grpc-port, flag --http-port: gRPC and HTTP are both on port -1; "
                "expected at least one of the two ports"
            ),
        ),
        (
            {"grpc_port": "8080"},
            "flag --grpc-port: gRPC and HTTP are both on port 8080; expected another port for each",
        ),
    ],
)
def test_settings_that_contradict_each_other(flags, message):
    with pytest.raises(SettingsError) as error:
        load("m", flags, {})
    assert str(error.value) == message


def test_two_free_ports_are_two():
    assert load("m", {"grpc_port": "0", "http_port": "0"}, {}).grpc_port == 0


def test_unknown_keys(tmp_path):
    file = write(tmp_path, "workers = 1\nzeal = 1\nengine = 'go'\n")
    with pytest.raises(SettingsError, match=re.escape(f"key engine of {file} is unknown; expected one of host, grpc")):
        load("m", {}, {}, file)


@pytest.mark.parametrize("content", [b"workers = \n", b"\xff", b"workers = 1\nworkers = 2\n"])
def test_files_that_are_no_toml(content, tmp_path):
    path = tmp_path / "modelx.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=f"^{re.escape(str(path))} is not valid TOML: "):
        load("m", {}, {}, str(path))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        load("m", {}, {}, str(tmp_path / "none.toml"))


def test_an_empty_model():
    with pytest.raises(SettingsError, match="MODEL_OR_ROOT is empty"):
        load("", {}, {})


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_printed_reads_back(name, tmp_path):
    settings = load("m", {name: GIVEN[name][0]}, partner(name))
    assert load("m", {}, {}, write(tmp_path, to_toml(settings))) == settings


@pytest.mark.parametrize("text", ["", "\x00\x1f\x7f", 'a"b\\c', "tab\tline\n", "ü\u2028😀"])
def test_any_text_reads_back(text, tmp_path):
    settings = replace(Settings("m"), model_name=text)
    assert load("m", {}, {}, write(tmp_path, to_toml(settings))) == settings


@pytest.mark.parametrize("seconds", [0.001, 0.003, 0.999, 1.0, 1.5, 300.0, 86399.999])
def test_durations_read_back(seconds, tmp_path):
    settings = replace(Settings("m"), read_timeout=seconds)
    assert load("m", {}, {}, write(tmp_path, to_toml(settings))) == settings


def test_the_printed_defaults():
    assert to_toml(Settings("m")).splitlines()[:9] == [
        'host = "127.0.0.1"',
        "grpc_port = 8081",
        "http_port = 8080",
        'model_name = ""',
        'model_root = ""',
        'load = "all"',
        "watch = false",
        'watch_interval = "1s"',
        "workers = 1",
    ]
