"""``modelx call``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelx.cli import options
from modelx.cli.documented import Documented
from modelx.cli.reporting import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelx.client import Client

_TARGET = "127.0.0.1:8081"
_TOKEN = "MODELX_TOKEN"  # noqa: S105 - the name of a variable
_ACTIONS = ("predict", "info", "reload", "ready")
# What each action takes beside the options of the connection.
_TAKES = {
    "predict": ("method", "input_path", "given_rows", "header", "gaps", "probabilities", "model", "version"),
    "info": ("model", "version"),
    "reload": ("path", "rollback", "model", "version"),
    "ready": ("wait",),
}
_EXCLUDE = (("given_rows", "input_path"), ("given_rows", "header"), ("rollback", "path"), ("rollback", "version"))
_UNITS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Read a duration, written as the server's settings are."""
    if value is None:
        return None
    digits = value.rstrip("mhs")
    try:
        seconds = float(digits) * _UNITS[value[len(digits) :]]
    except (KeyError, ValueError):
        raise click.BadParameter(
            f"{value!r} is no duration; expected one such as 500ms, 30s or 5m", ctx, param
        ) from None
    if not 0.0 < seconds < float("inf"):
        raise click.BadParameter(f"{value!r} is out of range; expected more than 0s", ctx, param)
    return seconds


class _Call(Documented):
    """A command whose help has a section for each action."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        by_name = {param.name: param for param in self.get_params(ctx) if isinstance(param, click.Option)}
        sections = {
            "predict": _TAKES["predict"][:-2],
            "reload": _TAKES["reload"][:-2],
            "ready": _TAKES["ready"],
            "predict, info, reload": ("model", "version"),
        }
        named = {name for names in sections.values() for name in names}
        sections["All actions"] = tuple(name for name in by_name if name is not None and name not in named)
        for title, names in sections.items():
            records = [record for name in names if (record := by_name[name].get_help_record(ctx)) is not None]
            with formatter.section(title):
                formatter.write_dl(records)


@click.command(
    cls=_Call,
    short_help="Ask a server of models.",
    examples="""
    modelx call predict --row 5.1,3.5,1.4,0.2
    modelx call models.example:8081 predict --input X.csv --method predict_proba --tls > p.csv
    echo '[[5.1, 3.5, 1.4, 0.2]]' | modelx call predict --probabilities --json
    echo '{"age": 41, "city": "Oslo"}' | modelx call predict
    modelx call info --model iris --json
    modelx call reload --path new/model.pb --token-file admin.token
    modelx call ready --wait 30s
    """,
)
@click.argument("words", nargs=-1, required=True, metavar="[TARGET] predict|info|reload|ready")
@click.option("--method", metavar="NAME", help="predict (the default), predict_proba, ...: what the model has.")
@click.option(
    "-i",
    "--input",
    "input_path",
    type=options.FILE,
    metavar="FILE",
    help="Rows, as CSV, .npy or JSON; - or nothing for standard input.",
)
@click.option(
    "--row", "given_rows", multiple=True, metavar="V,V,...", help="A row, in place of --input; more than once for more."
)
@options.header_option
@options.gaps_option
@click.option("--probabilities", is_flag=True, help="With predict of a classifier: a probability for each class too.")
@click.option("--path", metavar="PATH", help="A file under the server's model root. Default: the model's own again.")
@click.option("--rollback", is_flag=True, help="Bring the model of before the last change back.")
@click.option("--wait", callback=_seconds, metavar="DURATION", help="Ask until it is, for so long.")
@click.option("--model", metavar="NAME", help="The model; needless where the server has one only.")
@click.option(
    "--version",
    metavar="VERSION",
    help="Its version. With reload: the one to serve by default, or with --path the one that the file must have.",
)
@click.option(
    "--token-file",
    type=options.FILE,
    metavar="FILE",
    help=f"The bearer token: the first line that is not empty and no # comment. Or the variable {_TOKEN}.",
)
@click.option("--tls", is_flag=True, help="Speak TLS, as with each of the next four.")
@click.option("--ca", type=options.FILE, metavar="FILE", help="PEM file: who signed the server's certificate.")
@click.option("--cert", type=options.FILE, metavar="FILE", help="PEM file: the certificate to show.")
@click.option("--key", type=options.FILE, metavar="FILE", help="PEM file: its key.")
@click.option("--server-name", metavar="NAME", help="The name in the server's certificate, if not the target's.")
@click.option(
    "--timeout", callback=_seconds, metavar="DURATION", help="For all attempts of a call: 10s; for a reload: 5m."
)
@click.option(
    "--retries",
    type=click.IntRange(0, 100),
    default=3,
    show_default=True,
    metavar="N",
    help="How often to ask again when no server answers, or it has too many requests. A reload is sent once.",
)
@click.option("--request-id", metavar="ID", help="Names the request in the server's log.")
@options.json_option("Print the answer, and errors, as JSON.")
def call(words: tuple[str, ...], token_file: str | None, **given: Any) -> None:
    """Ask a server of models (modelx serve, modelx-go serve) over gRPC. TARGET is host:port, by default 127.0.0.1:8081.

    predict sends rows and prints one line for each, as modelx predict does; JSON is objects by the names of the
    features, an array of rows, or an object with one under "features". info tells what serves. reload brings another
    file or version into service, and returns when it serves. ready ends with 0 when the server takes requests, else
    with 1.
    """
    ctx = click.get_current_context()
    target, action = _words(ctx, words)
    _check(ctx, action)
    token = _token(token_file)
    connection = {name: given[name] for name in ("tls", "ca", "cert", "key", "server_name", "retries")}

    from modelx.client import Client
    from modelx.client.connection import request_name

    try:
        client = Client(target, token=token, timeout=given["timeout"] or 10.0, **connection)
        request_name(given["request_id"])
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from error
    with client:
        actions: dict[str, Callable[[Client, dict[str, Any]], int]] = {
            "predict": _predict,
            "info": _info,
            "reload": _reload,
            "ready": _ready,
        }
        ctx.exit(actions[action](client, given))


def _words(ctx: click.Context, words: tuple[str, ...]) -> tuple[str, str]:
    """Tell the target from the action."""
    *target, action = words
    if action not in _ACTIONS:
        raise click.UsageError(f"{action!r} is no action; expected one of {', '.join(_ACTIONS)}", ctx)
    if len(target) > 1:
        raise click.UsageError(f"there are {len(words)} words; expected [TARGET] {'|'.join(_ACTIONS)}", ctx)
    return (target[0] if target else _TARGET), action


def _check(ctx: click.Context, action: str) -> None:
    """Refuse options that the action has no use for, or that exclude each other."""
    given = {
        param.name: param.opts[-1]
        for param in ctx.command.params
        if param.name is not None and ctx.get_parameter_source(param.name) is click.core.ParameterSource.COMMANDLINE
    }
    for other in _ACTIONS:
        for name in _TAKES[other]:
            if name in given and name not in _TAKES[action]:
                raise click.UsageError(f"{given[name]} is for {other}, not for {action}", ctx)
    for one, two in _EXCLUDE:
        if one in given and two in given:
            raise click.UsageError(f"{given[one]} and {given[two]} exclude each other", ctx)


def _token(path: str | None) -> str | None:
    if path is None:
        return os.environ.get(_TOKEN) or None
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines()]
    token = next((line for line in lines if line and not line.startswith("#")), None)
    if token is None:
        raise click.BadParameter(f"{path!r} has no token", param_hint="--token-file")
    return token


def _predict(client: Client, given: dict[str, Any]) -> int:
    from modelx.cli.calling import predict

    return predict(client, given)


def _info(client: Client, given: dict[str, Any]) -> int:
    from modelx.cli import answers

    found = client.info(given["model"] or "", given["version"] or "", request_id=given["request_id"])
    if given["as_json"]:
        click.echo(json.dumps(answers.message_json(found.message), ensure_ascii=False, allow_nan=False))
    else:
        for line in answers.info_lines(found):
            click.echo(line)
    return 0


def _reload(client: Client, given: dict[str, Any]) -> int:
    from modelx.cli import answers

    timeout = {} if given["timeout"] is None else {"timeout": given["timeout"]}
    done = client.reload(
        given["path"] or "",
        version=given["version"] or "",
        model=given["model"] or "",
        rollback=given["rollback"],
        request_id=given["request_id"],
        **timeout,
    )
    if given["as_json"]:
        click.echo(json.dumps(answers.reload_json(done), ensure_ascii=False, allow_nan=False))
    else:
        click.echo(answers.reload_line(done))
    return 0


def _ready(client: Client, given: dict[str, Any]) -> int:
    is_ready = client.ready(wait=given["wait"] or 0.0)
    if given["as_json"]:
        click.echo(json.dumps({"ready": is_ready}))
    elif is_ready:
        click.echo("ready")
    else:
        note("not ready")
    return 0 if is_ready else 1
