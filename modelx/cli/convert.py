"""``modelx convert``."""

from __future__ import annotations

import json

import click

from modelx.cli import options
from modelx.cli.documented import Documented
from modelx.cli.reporting import one_line, reading


@click.command(
    cls=Documented,
    short_help="Write a model in another format.",
    examples="""
    modelx convert model.pb model.json
    modelx convert model.json model.pb.zst --level 19
    modelx convert model.pb model.onnx         # run in onnxruntime against the evidence before it is written
    """,
)
@click.argument("source", type=options.FILE)
@click.argument("target", type=options.FILE)
@click.option(
    "--drop-evidence",
    is_flag=True,
    help="Leave out the recorded answers: for a model that was edited on purpose, or whose rows are private.",
)
@options.level_option
@options.drift_option
@options.json_option("Print what was written, and errors, as JSON.")
def convert(source: str, target: str, drop_evidence: bool, level: int | None, allow_drift: bool, as_json: bool) -> None:
    """Write the model file SOURCE in another format to TARGET.

    The model is checked and written again; no estimator is built. Its evidence goes with it.
    """
    encoding = options.output_encoding(target, level, "TARGET")

    from modelx import api, files
    from modelx.model import without_evidence

    with reading(source):
        model = api.read(source)
    if drop_evidence:
        without_evidence(model.proto)
    data = api.encode(model.proto, encoding, level=level, allow_drift=allow_drift)
    files.write(target, data)
    if as_json:
        import hashlib

        written = {
            "path": target,
            "format": encoding.format,
            "compression": encoding.compression,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        click.echo(json.dumps(written))
        return
    click.echo(f"{one_line(target)}: {len(data):,} bytes ({one_line(source)}: {model.n_bytes:,})")
