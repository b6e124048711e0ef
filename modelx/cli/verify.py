"""``modelx verify``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from modelx.cli import exits, options
from modelx.cli.documented import Documented
from modelx.cli.reporting import describe, one_line
from modelx.errors import EvidenceError, ModelxError

if TYPE_CHECKING:
    from collections.abc import Iterable


@click.command(
    cls=Documented,
    short_help="Check models, and their answers.",
    examples="""
    modelx verify model.pb
    modelx verify models/*.pb models/*.onnx && deploy
    modelx verify --json model.pb | jq '.files[] | select(.ok | not)'
    """,
)
@click.argument("models", type=options.FILE, nargs=-1, required=True)
@click.option("--require-evidence", is_flag=True, help="A model without evidence fails too.")
@options.json_option("Print the results, and errors, as JSON.")
def verify(models: tuple[str, ...], require_evidence: bool, as_json: bool) -> None:
    """Check model files, rebuild their estimators, and compare their answers with the recorded ones.

    One line for each file. Exit code 1 when any of them fails, for whatever reason.
    """
    results = []
    for path in _with_progress(models):
        result = _verify(path, required=require_evidence)
        results.append(result)
        if not as_json:
            click.echo(_line(result))
    if as_json:
        click.echo(json.dumps({"files": results}))
    if not all(result["ok"] for result in results):
        click.get_current_context().exit(exits.FAILED)


def _with_progress(models: tuple[str, ...]) -> Iterable[str]:
    """Show a bar while several files are checked, where somebody looks at it."""
    if len(models) < 3 or not sys.stderr.isatty():
        return models
    from rich.console import Console
    from rich.progress import track

    return track(models, description="verifying", console=Console(stderr=True), transient=True)


def _verify(path: str, *, required: bool) -> dict[str, Any]:
    from modelx import api

    try:
        model = api.verify(path)
    except (ModelxError, OSError) as error:
        return {"path": path, "ok": False, "evidence_rows": 0, "methods": [], "error": describe(error)}
    rows = model.evidence.n_rows if model.evidence else 0
    methods = model.evidence.methods if model.evidence else []
    result = {"path": path, "ok": True, "class_name": model.class_name, "evidence_rows": rows, "methods": methods}
    if required and not rows:
        missing = EvidenceError("the model has no evidence: export it with modelx.dump, which records it")
        result |= {"ok": False, "error": describe(missing)}
    return result


def _line(result: dict[str, Any]) -> str:
    path = one_line(result["path"])
    if not result["ok"]:
        error = result["error"]
        # A file's own path is at the front of the line already.
        place = f" {error['path']}:" if error["path"] not in ("", result["path"]) else ""
        text = one_line(f"({error['kind']}){place} {error['message'].replace(chr(10), '; ')}")
        return f"FAILED  {path}: {text}"
    if not result["evidence_rows"]:
        return f"ok      {path}: sound, but it has no evidence to compare with"
    return f"ok      {path}: {result['evidence_rows']} rows, {', '.join(result['methods'])}"
