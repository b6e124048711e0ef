"""The settings of a server, and where they come from.

The fields of `Settings` are the one table: flags, environment variables, keys of the TOML file and ``--print-config``
are made of it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelx.errors import UseError
from modelx.serving.messages import listed
from modelx.serving.settings_table import Choice, Duration, Integer, Setting, Switch, Text, found, setting, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONFIG_VARIABLE = "MODELX_CONFIG"

_PORT = Integer(-1, 65535, "PORT")
_FILE = Text("FILE")
# gRPC keeps the size of a message in 32 bits.
_INT32 = 2**31 - 1
_INT64 = 2**63 - 1


class SettingsError(UseError, ValueError):
    """A setting is wrong: what was found where, and what was expected."""

    kind = "settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """What docs/serving.md's table of settings lists; durations are seconds.

    Parameters
    ----------
    model : str
        The model file or the folder of the model repository, as the operator gave it.
    """

    model: str
    host: str = setting(Text("ADDRESS"), "127.0.0.1", "The address to listen on.")
    grpc_port: int = setting(_PORT, 8081, "Where gRPC answers; 0 takes a free port, -1 turns gRPC off.")
    http_port: int = setting(_PORT, 8080, "Where HTTP answers; 0 takes a free port, -1 turns HTTP off.")
    model_name: str = setting(Text("NAME"), "", "The name of a single file's model.")
    model_root: str = setting(Text("FOLDER"), "", "Where reload may take files from.")
    load: str = setting(
        Choice("WHICH", ("all", "latest", "none")), "all", "Which versions of a folder: all, latest or none."
    )
    watch: bool = setting(Switch(), False, "Load files that change.")
    watch_interval: float = setting(Duration(), 1.0, "How often to look.")
    workers: int = setting(Integer(1, 1024), 1, "Processes of the Python engine; Go uses all cores in one.")
    max_message_bytes: int = setting(Integer(1, _INT32), 67108864, "Largest request, also after decompression.")
    max_rows: int = setting(Integer(1, _INT32), 100000, "Most rows in a request.")
    max_in_flight: int = setting(Integer(1, _INT32), 256, "Most predictions at a time, in each process.")
    max_file_bytes: int = setting(Integer(1, _INT64), 1073741824, "Largest model file, also after decompression.")
    read_timeout: float = setting(
        Duration(), 30.0, "For the head and for the body of an HTTP request, and for a handshake."
    )
    idle_timeout: float = setting(Duration(), 75.0, "After which an idle HTTP connection is closed.")
    shutdown_grace: float = setting(
        Duration(zero=True), 30.0, "How long requests under way may take to finish at the end."
    )
    tls_cert: str = setting(_FILE, "", "The server's certificate (PEM); both ports speak TLS then.")
    tls_key: str = setting(_FILE, "", "The certificate's private key (PEM).")
    tls_client_ca: str = setting(_FILE, "", "Clients must show a certificate that one of these (PEM) signed.")
    predict_token_file: str = setting(_FILE, "", "Tokens that may predict, one on a line.")
    reload_token_file: str = setting(_FILE, "", "Tokens that may reload as well, one on a line.")
    log_level: str = setting(
        Choice("LEVEL", ("debug", "info", "warning", "error")), "info", "debug, info, warning or error."
    )
    log_format: str = setting(Choice("FORMAT", ("json", "text")), "json", "json or text, to standard error.")
    log_requests: str = setting(
        Choice("WHICH", ("all", "errors", "none")), "errors", "Requests in the log: all, errors or none."
    )


TABLE: tuple[Setting, ...] = settings_of(fields(Settings))
_NAMES = ", ".join(each.name for each in TABLE)


def load(model: str, flags: Mapping[str, str], environment: Mapping[str, str], config: str | None = None) -> Settings:
    """Put the settings together: a flag goes before the environment, that before the file, that before the default.

    Parameters
    ----------
    model : str
    flags : dict
        The text of each flag that was given, by the name of its setting.
    environment : dict
        Variables that are no settings are passed over.
    config : str or None
        The file that ``--config`` names; the environment may name one too.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        The message names the source, what was found and what was expected.
    OSError
        The file cannot be read.
    """
    path = config if config is not None else environment.get(CONFIG_VARIABLE, "")
    document = _read(path) if path else {}
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    read: Callable[[Any], Any]
    for each in TABLE:
        if each.name in flags:
            source, value, read = f"flag {each.flag}", flags[each.name], each.kind.parse
        elif each.variable in environment:
            source, value, read = f"environment {each.variable}", environment[each.variable], each.kind.parse
        elif each.name in document:
            source, value, read = f"key {each.name} of {path}", document[each.name], each.kind.take
        else:
            continue
        try:
            values[each.name] = read(value)
        except ValueError:
            raise SettingsError(f"{source} is {found(value)}; expected {each.kind.expected}") from None
        sources[each.name] = source
    settings = Settings(model=model, **values)
    _check(settings, sources)
    return settings


def to_toml(settings: Settings) -> str:
    """Write all settings as a TOML file that gives the same ones."""
    return "".join(f"{each.name} = {each.kind.show(getattr(settings, each.name))}\n" for each in TABLE)


def _read(path: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(Path(path).read_bytes().decode())
    except ValueError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None
    unknown = sorted(document.keys() - {each.name for each in TABLE})
    if unknown:
        raise SettingsError(f"key {unknown[0]} of {path} is unknown; expected one of {_NAMES}")
    return document


def _check(settings: Settings, sources: Mapping[str, str]) -> None:
    """Refuse settings that contradict each other."""
    if not settings.model:
        raise SettingsError("MODEL_OR_ROOT is empty; expected a model file or a folder")
    if settings.grpc_port == settings.http_port != 0:
        both = listed(sources[name] for name in ("grpc_port", "http_port") if name in sources)
        wanted = "at least one of the two ports" if settings.grpc_port < 0 else "another port for each"
        raise SettingsError(f"{both}: gRPC and HTTP are both on port {settings.grpc_port}; expected {wanted}")
    for name, needed in (("tls_cert", "tls_key"), ("tls_key", "tls_cert"), ("tls_client_ca", "tls_cert")):
        if getattr(settings, name) and not getattr(settings, needed):
            raise SettingsError(f"{sources[name]} is set and {needed} is not; expected both")
