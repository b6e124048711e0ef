"""Models whose frame is wrong: families, versions, nesting, pipelines and signatures."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, edited
from modelx.v1 import model_pb2


def _nested(levels: int) -> bytes:
    """Serialise pipelines of one step each, `levels` models in all, without the recursion of a library."""
    model = model_pb2.ModelProto(name="s", passthrough=model_pb2.PassthroughProto(n_features=1))
    data = model.SerializeToString(deterministic=True)
    for _ in range(levels - 1):
        step = b"\x0a" + _varint(len(data)) + data
        # name = "s", pipeline (field 23) = {steps: [...]}
        data = b"\x0a\x01s" + b"\xba\x01" + _varint(len(step)) + step
    return data


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def of_frames() -> Iterator[Defect]:
    """Give unknown families, newer versions, and nesting over the limit."""
    name = b"\x0a\x05model"
    yield Defect("frame/no_arm", "a name and nothing else", "unknown_family", name)
    yield Defect(
        "frame/unknown_arm", "field 999, an arm of a later schema", "unknown_family", name + b"\xba\x3e\x02\x18\x01"
    )
    yield Defect(
        "frame/only_unknown_arm", "an arm of a later schema comes first", "unknown_family", b"\xba\x3e\x02\x18\x01"
    )
    newer = base("linear_regression")
    newer.schema_version = 1000
    yield Defect(
        "frame/newer_schema",
        "a later schema version, although all fields are known",
        "schema_version",
        newer.SerializeToString(deterministic=True),
    )
    data = name + b"\x58\xe8\x07" + b"\xba\x3e\x02\x18\x01"
    yield Defect(
        "frame/newer_schema_and_arm", "the version is named before the arm that it explains", "schema_version", data
    )
    step = base("pipeline")
    step.pipeline.steps[1].schema_version = 1000
    yield Defect(
        "frame/newer_schema_of_a_step",
        "a step of a later schema",
        "schema_version",
        step.SerializeToString(deterministic=True),
        path="pipeline.steps[1]",
    )
    step = base("pipeline")
    step.pipeline.steps[1].ClearField("affine_scaler")
    yield Defect(
        "frame/step_without_arm",
        "a step of no family",
        "unknown_family",
        step.SerializeToString(deterministic=True),
        path="pipeline.steps[1]",
    )
    for levels in (17, 40):
        yield Defect(
            f"frame/nested_{levels}", f"{levels} nested models, where 16 are the limit", "too_deep", _nested(levels)
        )
    for levels in (60, 5000):
        data = gzip.compress(_nested(levels), mtime=0)
        why = f"{levels} nested models: more messages than protobuf libraries let nest"
        yield Defect(f"frame/nested_{levels}", why, "too_deep", data, suffix=".pb.gz")


def of_pipelines() -> Iterator[Defect]:
    """Give pipelines whose steps do not make one."""

    def defect(name: str, why: str, edit: Edit, path: str = "pipeline.steps") -> Defect:
        return Defect(f"pipeline/{name}", why, "pipeline", edited(base("pipeline"), edit), path=path)

    def no_steps(model: Any) -> None:
        model.pipeline.Clear()
        model.pipeline.SetInParent()

    def classifier_first(model: Any) -> None:
        steps = list(model.pipeline.steps)
        model.pipeline.ClearField("steps")
        model.pipeline.steps.extend([steps[2], steps[1]])

    def narrower(model: Any) -> None:
        step = model.pipeline.steps[0]
        step.passthrough.n_features = 3
        step.ClearField("signature")

    yield defect("no_steps", "nothing to compute", no_steps)
    yield defect("doubled_names", "two steps of one name", lambda m: setattr(m.pipeline.steps[1], "name", "model"))
    yield defect("empty_name", "a step without a name", lambda m: setattr(m.pipeline.steps[1], "name", ""))
    yield defect(
        "classifier_in_the_middle", "a step without transform is not last", classifier_first, "pipeline.steps[0]"
    )
    yield defect("widths_do_not_meet", "three columns for a step that takes four", narrower, "pipeline.steps[0]")


def of_signatures() -> Iterator[Defect]:
    """Give signatures that say something else than the model."""

    def defect(name: str, why: str, edit: Edit, family: str = "linear_regression", path: str = "signature") -> Defect:
        return Defect(f"signature/{name}", why, "signature", edited(base(family), edit), path=path)

    def names(*values: str) -> Edit:
        return lambda m: m.signature.feature_names.extend(values)

    def output(**fields: Any) -> Edit:
        return lambda m: [setattr(m.signature.outputs[0], key, value) for key, value in fields.items()]

    ten = [f"f{i}" for i in range(10)]
    yield defect("width", "another width than the model's", lambda m: setattr(m.signature, "n_features", 9))
    yield defect("no_width", "a signature that leaves out the width", lambda m: m.signature.ClearField("n_features"))
    yield defect("too_few_names", "nine names for ten features", names(*ten[:9]))
    yield defect("doubled_names", "one name for two features", names(*ten[:9], "f0"))
    yield defect("empty_name", "a feature without a name", names(*ten[:9], ""))
    yield defect("unknown_method", "a method that the model lacks", output(method="predict_proba"))
    yield defect("columns", "more columns than the model gives", output(n_columns=3))
    yield defect("type", "another type than the model gives", output(type=2))
    yield defect(
        "missing_method", "one method of four is left out", lambda m: m.signature.outputs.pop(), "sgd_classifier"
    )
    yield defect(
        "doubled_method", "a method is there twice", lambda m: m.signature.outputs.append(m.signature.outputs[0])
    )
    yield defect(
        "of_a_step",
        "the signature of a step contradicts it",
        lambda m: setattr(m.pipeline.steps[1].signature, "n_features", 5),
        "pipeline",
        "pipeline.steps[1].signature",
    )
