"""``modelx inspect``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from modelx.cli import options
from modelx.cli.documented import Documented
from modelx.cli.reporting import one_line, reading
from modelx.plain import brief

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.tree import Tree

_SHOWN = 12
_ENDLESS = 100_000


@click.command(
    cls=Documented,
    short_help="Show what is in a model file.",
    examples="""
    modelx inspect model.pb
    modelx inspect model.json.gz --json | jq .evidence
    """,
)
@click.argument("model", type=options.FILE)
@options.json_option("Print the description, and errors, as JSON. docs/cli.md lists the keys.")
def inspect(model: str, as_json: bool) -> None:
    """Show what a model file has in it: computation, methods, origin, metadata and evidence.

    The file is checked. Its evidence is shown, and not replayed: modelx verify does that.
    """
    from modelx import api
    from modelx.cli.described import described

    with reading(model):
        shown = described(api.read(model), model)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, allow_nan=False))
    else:
        _show(shown)


def _show(shown: Mapping[str, Any]) -> None:
    from rich.console import Console

    tree = _tree(shown)
    file = _branch(tree, "file")
    packed = f", {shown['compression']}" if shown["compression"] else ""
    _leaf(file, "path", shown["path"])
    _leaf(file, "format", f"{shown['format']}{packed}, schema version {shown['schema_version']}")
    _leaf(file, "size", f"{shown['n_bytes']:,} bytes")
    _leaf(file, "sha256", shown["sha256"])
    _metadata(tree, shown["metadata"])
    _evidence(tree, shown["evidence"])
    # rich wraps lines for a terminal; elsewhere they are as long as they are.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _ENDLESS)
    # rich ends the program by itself when the reader of a pipe goes away; click leaves that to us.
    with console.capture() as capture:
        console.print(tree)
    click.echo(capture.get(), nl=False)


def _tree(shown: Mapping[str, Any]) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    title = Text(one_line(shown["name"] or shown["class_name"] or shown["family"]), style="bold")
    if shown["version"]:
        title.append(f" {one_line(shown['version'])}")
    tree = Tree(title)
    _model(tree, shown)
    return tree


def _model(tree: Tree, shown: Mapping[str, Any]) -> None:
    origin = " ".join(text for text in (shown["library"], shown["library_version"]) if text)
    named = f"{shown['class_name']} of {origin}" if shown["class_name"] and origin else shown["class_name"] or origin
    _leaf(tree, "class", named or "not said")
    _leaf(tree, "computation", shown["family"])
    _leaf(tree, "features", _features(shown))
    if shown["feature_types"]:
        _leaf(tree, "feature types", _some(shown["feature_types"]))
    if shown["classes"] is not None:
        _leaf(tree, "classes", _some([repr(label) for label in shown["classes"]]))
    methods = _branch(tree, "methods")
    for method in shown["outputs"]:
        columns = "one value" if method["n_columns"] == 0 else f"{method['n_columns']} columns"
        _leaf(methods, method["method"], f"{columns}, {method['type']}")
    for key, title in (
        ("parameters", "parameters"),
        ("hyper_parameters", "hyper-parameters that differ from defaults"),
    ):
        if shown[key]:
            branch = _branch(tree, title)
            for name, value in shown[key].items():
                _leaf(branch, name, brief(value))
    if shown["attributes"]:
        _leaf(tree, "fitted attributes", _some(list(shown["attributes"])))
    if shown["steps"]:
        steps = _branch(tree, "steps")
        for i, step in enumerate(shown["steps"]):
            from rich.text import Text

            _model(steps.add(Text(f"{i}: {one_line(step['name'])}", style="bold")), step)


def _metadata(tree: Tree, metadata: Mapping[str, Any]) -> None:
    branch = _branch(tree, "metadata")
    _leaf(branch, "created", metadata["created_at"] or "not said")
    if metadata["training_samples"] is not None:
        _leaf(branch, "training samples", f"{metadata['training_samples']:,}")
    for name, value in metadata["metrics"].items():
        _leaf(branch, f"metric {name}", value)
    for name, value in metadata["properties"].items():
        _leaf(branch, name, json.dumps(value, ensure_ascii=False))


def _evidence(tree: Tree, evidence: Mapping[str, Any] | None) -> None:
    if evidence is None:
        _leaf(tree, "evidence", "none: nothing proves that a runtime computes what was trained")
        return
    branch = _branch(tree, "evidence")
    origins = {
        "made": "made from the parameters",
        "sample": "the user's sample",
        "sample_and_made": "the user's sample, and made from the parameters",
    }
    _leaf(branch, "rows", f"{evidence['n_rows']}, {origins.get(evidence['origin'], evidence['origin'])}")
    _leaf(branch, "recorded by", evidence["producer"] or "not said")
    _leaf(branch, "methods", ", ".join(evidence["methods"]))
    _leaf(branch, "adds", f"{evidence['n_bytes']:,} bytes, {evidence['percent']} % of the message")


def _branch(tree: Tree, title: str) -> Tree:
    from rich.text import Text

    return tree.add(Text(title, style="cyan"))


def _leaf(tree: Tree, key: str, value: object) -> None:
    from rich.text import Text

    # Text, not markup: what a file says must not be read as instructions to the terminal.
    text = Text(f"{one_line(key)}: ", style="cyan")
    text.append(one_line(value), style="default")
    tree.add(text)


def _features(shown: Mapping[str, Any]) -> str:
    names = shown["feature_names"]
    return f"{shown['n_features']:,}: {_some(names)}" if names else f"{shown['n_features']:,}, without names"


def _some(items: Sequence[str]) -> str:
    more = f" ... {len(items) - _SHOWN:,} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
