"""``modelx export``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelx.cli import options
from modelx.cli.documented import Documented
from modelx.cli.reporting import note, one_line, reading
from modelx.errors import ModelxError, NoModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTEGERS = ("training_samples", "created_timestamp")


@click.command(
    cls=Documented,
    short_help="Write a fitted estimator as data.",
    examples="""
    modelx export model.joblib model.pb --trust
    modelx export model.skops model.json.gz                    # needs no trust
    modelx export model.pkl model.onnx --trust --sample X.csv  # with rows of yours as evidence
    modelx export m.joblib m.pb --trust --name churn --version 3 \\
        --metric auc=0.91 --metadata owner=ann --metadata 'tags:=["eu", "b2b"]' --metadata training_samples=442
    """,
)
@click.argument("source", type=options.FILE)
@click.argument("target", type=options.FILE)
@click.option("--trust", is_flag=True, help="Run the code that a pickle is. Only for files whose origin you know.")
@click.option(
    "--sample",
    type=options.FILE,
    metavar="FILE",
    help="Rows (CSV, JSON or .npy) to keep as evidence, with the model's answers. They are stored as they are, so give "
    "nothing private. Without them, rows are made from the parameters alone.",
)
@options.header_option
@click.option("--name", metavar="TEXT", help="The model's name; its class when not given.")
@click.option("--version", "model_version", metavar="TEXT", help="The model's own version.")
@click.option(
    "--metadata",
    multiple=True,
    metavar="KEY=TEXT",
    help="To be kept with the model; KEY:=JSON for what is not text. Repeatable.",
)
@click.option("--metric", multiple=True, metavar="NAME=NUMBER", help="A score, such as r2=0.51. Repeatable.")
@options.level_option
@options.drift_option
@options.json_option("Print what was written, and errors, as JSON.")
def export(
    source: str,
    target: str,
    trust: bool,
    sample: str | None,
    header: bool,
    name: str | None,
    model_version: str | None,
    metadata: tuple[str, ...],
    metric: tuple[str, ...],
    level: int | None,
    allow_drift: bool,
    as_json: bool,
) -> None:
    """Write the fitted estimator in SOURCE (joblib, pickle, skops) as data to TARGET.

    A pickle is code: loading one runs whatever its author put in. It is not loaded without --trust.
    """
    encoding = options.output_encoding(target, level, "TARGET")
    if header and sample is None:
        raise click.UsageError("--header is about the file of --sample; give --sample as well")
    for text in (name, model_version, *metadata, *metric):
        _check_text(text or "")
    properties, metrics = _metadata(metadata), _metrics(metric)

    from modelx import api
    from modelx.cli.estimator_files import load_estimator

    estimator = load_estimator(source, trust=trust)
    rows: Any = None if sample is None else _sample(sample, estimator, header)
    api.dump(
        estimator,
        target,
        sample=rows,
        name=name,
        version=model_version,
        metadata=properties,
        metrics=metrics,
        level=level,
        allow_drift=allow_drift,
    )
    data = Path(target).read_bytes()
    class_name = type(estimator).__name__
    stored = 0 if rows is None else _stored(target, len(rows))
    if as_json:
        written = {
            "path": target,
            "format": encoding.format,
            "compression": encoding.compression,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "class_name": class_name,
            "sample_rows": stored,
        }
        click.echo(json.dumps(written))
        return
    click.echo(f"{one_line(target)}: {class_name}, {len(data):,} bytes")
    if stored:
        note(f"{stored} rows of {sample} are stored in {target}, as they are")


def _stored(target: str, n_rows: int) -> int:
    """Give how many rows of the sample are in the file. Graphs without a model carry none."""
    from modelx import api

    try:
        evidence = api.read(target).evidence
    except NoModelError:
        return 0
    return 0 if evidence is None or evidence.origin == "made" else min(n_rows, evidence.n_rows)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise click.UsageError(f"{text!a} is not UTF-8 text") from error


def _metadata(pairs: tuple[str, ...]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for pair in pairs:
        key, found, text = pair.partition("=")
        if not found or not key.rstrip(":"):
            raise click.BadParameter(f"{pair!r} is not KEY=TEXT or KEY:=JSON", param_hint="--metadata")
        try:
            value = json.loads(text) if key.endswith(":") else text
            json.dumps(value, allow_nan=False)
            key = key.removesuffix(":")
            if key in _INTEGERS:
                value = _count(value)
        except ValueError as error:
            raise click.BadParameter(f"{pair!r}: {error}", param_hint="--metadata") from error
        if key in out:
            raise click.BadParameter(f"{key!r} is given twice", param_hint="--metadata")
        out[key] = value
    return out


def _count(value: Any) -> int:
    number = value if isinstance(value, int) and not isinstance(value, bool) else int(str(value), 10)
    if not 0 <= number < 2**31 * 100:
        raise ValueError(f"{number} is out of range")
    return number


def _metrics(pairs: tuple[str, ...]) -> dict[str, float]:
    out: dict[str, float] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            value = float(text)
        except ValueError:
            raise click.BadParameter(f"{pair!r} is not NAME=NUMBER", param_hint="--metric") from None
        if not name or name in out:
            raise click.BadParameter(f"{pair!r} has no name of its own", param_hint="--metric")
        out[name] = value
    return out


def _sample(path: str, estimator: Any, header: bool) -> Any:
    from modelx import tables

    width = getattr(estimator, "n_features_in_", None)
    names = [str(name) for name in getattr(estimator, "feature_names_in_", ())]
    with reading(path, rows=True):
        return tables.read(path, n_features=width, feature_names=names, header=header, types=_types(estimator))


def _types(estimator: Any) -> Sequence[Any] | None:
    """Give the types of the features of an estimator; None, which is numbers alone, for one that has no message."""
    from modelx import conversion
    from modelx.v1 import model_pb2

    model = model_pb2.ModelProto()
    try:
        conversion.encode(estimator, model)
        return conversion.family_of(model).input_types(model)
    except ModelxError:
        # Writing the file says what is wrong with it, or makes a graph by other means.
        return None
