"""``modelx serve``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from modelx.cli import options
from modelx.cli.documented import Documented
from modelx.cli.reporting import reading
from modelx.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelx.serving.settings import SettingsError
    from modelx.serving.settings_table import Setting

_GO_COMMAND = "modelx-go"
_NEEDED = ("grpc", "grpc_health", "grpc_reflection", "httptools", "orjson", "prometheus_client", "uvicorn")


class _Serve(Documented):
    """A command whose options are those of the settings' table, which is read when they are asked for."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        if not any(param.name == "host" for param in self.params):
            from modelx.serving.settings import TABLE

            self.params[1:1] = [_option(each) for each in TABLE]
        return super().get_params(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [_switch(arg, ctx) for arg in args[:end]] + args[end:])


def _switch(arg: str, ctx: click.Context) -> str:
    """Let a switch have a value, as it may for the Go engine."""
    name, equals, value = arg.partition("=")
    if name != "--watch" or not equals:
        return arg
    if value not in {"true", "false"}:
        from modelx.serving.messages import quoted

        raise click.UsageError(f"flag --watch is {quoted(value)}; expected true or false", ctx)
    return "--watch" if value == "true" else "--no-watch"


def _option(setting: Setting) -> click.Option:
    """Make the option of a setting. Its value stays text, so that the same code reads, and refuses, all sources."""
    from modelx.serving.settings_table import Switch

    if isinstance(setting.kind, Switch):
        names = [setting.name, f"{setting.flag}/--no-{setting.flag[2:]}"]
        return click.Option(names, default=None, help=setting.help)
    shown = setting.kind.show(setting.default).strip('"')
    text = f"{setting.help}  [default: {shown}]" if shown else setting.help
    return click.Option([setting.name, setting.flag], metavar=setting.kind.metavar, help=text)


@click.command(
    cls=_Serve,
    short_help="Serve models over gRPC and HTTP.",
    examples="""
    modelx serve model.pb                                   # gRPC on 8081, HTTP on 8080, this machine only
    modelx serve models/ --load latest --watch              # <root>/<name>/<version>/model.pb
    modelx serve model.pb --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --predict-token-file tokens
    MODELX_GRPC_PORT=9000 modelx serve model.pb --engine python --workers 4
    curl -d '{"features": [[5.1, 3.5, 1.4, 0.2]]}' localhost:8080/predict
    """,
)
@click.argument("model", type=options.FILE, metavar="MODEL_OR_ROOT")
@click.option(
    "--config",
    metavar="FILE",
    help="A TOML file with settings: the names of the flags, with _ for -. Or MODELX_CONFIG.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "python", "go"]),
    default="auto",
    show_default=True,
    help="auto takes Go where modelx-go is beside modelx or on the PATH.",
)
@click.option("--print-config", is_flag=True, help="Print what counts, as TOML, and end.")
def serve(model: str, config: str | None, engine: str, print_config: bool, **given: Any) -> None:
    """Serve a model file, or a folder of models, over gRPC and HTTP.

    Every file is checked in full, and its evidence replayed, before it serves. A new file takes over without one failed
    request: by the RPC ReloadModel, POST /reload, SIGHUP, or --watch.

    Each flag is also an environment variable (MODELX_GRPC_PORT) and a key of the file of --config (grpc_port); the flag
    goes before the variable, that before the key. Durations are written 500ms, 30s, 5m.

    SIGTERM and Ctrl-C let requests under way finish; a second one ends at once.
    """
    flags = {
        name: ("true" if value else "false") if isinstance(value, bool) else value
        for name, value in given.items()
        if value is not None
    }
    if not print_config and engine != "python":
        go = _go_command()
        if go:
            _run_go(go, model, flags, config)
        if engine == "go":
            raise MissingDependencyError(
                f"{_GO_COMMAND} is neither beside modelx nor on the PATH: install it, or take --engine python"
            )
    from modelx.serving.settings import SettingsError, load, to_toml

    try:
        settings = load(model, flags, os.environ, config)
    except SettingsError as error:
        raise _usage(error) from None
    if print_config:
        click.echo(to_toml(settings), nl=False)
        return
    _require_packages()
    from modelx.serving import main

    with reading(model):
        try:
            code = main.run(settings)
        except SettingsError as error:
            raise _usage(error) from None
    click.get_current_context().exit(code)


def _usage(error: SettingsError) -> click.UsageError:
    return click.UsageError(str(error), click.get_current_context())


def _go_command() -> str | None:
    """Find the Go engine: beside the command that runs, beside its interpreter, or on the PATH."""
    folders = [str(Path(place).absolute().parent) for place in (sys.argv[0], sys.executable) if place]
    return shutil.which(_GO_COMMAND, path=os.pathsep.join(folders)) or shutil.which(_GO_COMMAND)


def _run_go(command: str, model: str, flags: Mapping[str, str], config: str | None) -> NoReturn:
    """Become the Go engine: signals and the exit code are then its own."""
    from modelx.serving.settings import TABLE

    given = [f"{each.flag}={flags[each.name]}" for each in TABLE if each.name in flags]
    if config is not None:
        given.append(f"--config={config}")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command, [command, "serve", *given, "--", model])  # noqa: S606 - no shell is wanted


def _require_packages() -> None:
    from importlib.util import find_spec

    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingDependencyError(f"{', '.join(missing)}: not installed; pip install 'modelx[serve]'")
