"""From a file to a model that serves: read, checked in full, its evidence replayed, and warm."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import conversion, evidence, formats, wire
from modelx.calling import call
from modelx.estimators.base import DataType, generic_rows
from modelx.evidence import table
from modelx.kernels import kernel_for, one_row_for
from modelx.kernels.agreement import agrees
from modelx.serving import labels, places, repository
from modelx.serving.features import Features
from modelx.serving.models import Method, Served
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelx.estimators.base import Family
    from modelx.kernels import OneRow
    from modelx.limits import Limits
    from modelx.serving.events import Events
    from modelx.serving.models import Compute
    from modelx.serving.places import Place

    Reader = Callable[[Place, Limits], bytes | memoryview]

_TYPES = {
    model_pb2.DataType.DATA_TYPE_UNSPECIFIED: "mixed",
    model_pb2.DataType.DATA_TYPE_FLOAT64: "float64",
    model_pb2.DataType.DATA_TYPE_INT64: "int64",
    model_pb2.DataType.DATA_TYPE_BOOL: "bool",
    model_pb2.DataType.DATA_TYPE_STRING: "string",
}


@dataclass(frozen=True, slots=True)
class Loader:
    """Makes models that serve from files.

    Parameters
    ----------
    limits : Limits
    max_rows : int
        The most rows in a request.
    events : Events
    read : callable
        Gives the bytes of a place, as `places.read` does.
    """

    limits: Limits
    max_rows: int
    events: Events
    read: Reader = places.read

    def load(self, place: Place, *, name: str = "", version: str = "") -> Served:
        """Read a file and make it ready to serve.

        Parameters
        ----------
        place : Place
        name : str
            What the model answers to; by default the name in the file, else the file's own.
        version : str
            By default the one in the file, else the first digits of the file's SHA-256.

        Returns
        -------
        Served

        Raises
        ------
        ModelFileError
            The file's first defect.
        ServingError
            `no_file` or `outside_root`.
        OSError
        """
        start = time.perf_counter()
        data = self.read(place, self.limits)
        sha256 = hashlib.sha256(data).hexdigest()
        # Large arrays stay beside the message: protobuf would copy them, and hold the interpreter's lock for it.
        with wire.sharing():
            proto, _ = formats.loads(data, self.limits)
            del data
            conversion.check(proto)
            evidence.check(proto)
            estimator = conversion.decode(proto)
            evidence.replay(estimator, proto)
            family = conversion.family_of(proto)
            name = name or proto.name or repository.stem(PurePath(place.file).name)
            version = version or proto.version or sha256[:12]
            methods = self._methods(estimator, proto, name, version)
            classes = family.class_list(proto)
            n_features = family.n_features(proto)
            features = Features.of(proto)
        return Served(
            name=name,
            version=version,
            n_features=n_features,
            features=features,
            methods=methods,
            default_method="predict" if "predict" in methods else next(iter(methods)),
            classes=classes,
            class_texts=labels.texts(classes or []),
            type=family.arm,
            class_name=proto.source.class_name or ("Pipeline" if family.arm == "pipeline" else ""),
            signature=_signature(proto, n_features, family),
            metadata=_copy(proto.metadata),
            sha256=sha256,
            place=replace(place, shown=place.path),
            evidence_rows=proto.evidence.rows.n_rows,
            evidence_methods=tuple(output.method for output in proto.evidence.outputs),
            loaded_timestamp=int(time.time()),
            load_seconds=time.perf_counter() - start,
            max_rows=self.max_rows,
        )

    def _methods(self, estimator: Any, proto: model_pb2.ModelProto, name: str, version: str) -> dict[str, Method]:
        """Find how each method is computed, and compute it once, so that the first request does not wait longer."""
        family = conversion.family_of(proto)
        specs = {spec.method: spec for spec in family.outputs(proto)}
        classes = labels.places(_classes_of_outputs(estimator, family.class_list(proto)))
        width = family.n_features(proto)
        texts = DataType.DATA_TYPE_STRING in (family.input_types(proto) or ())
        rows = table.read_rows(proto.evidence.rows) if proto.HasField("evidence") else _any_rows(proto, texts=texts)
        given = dict.fromkeys(specs, rows)
        if "inverse_transform" in specs:
            transformed = specs["transform"]
            if transformed.n_columns != width or DataType.DATA_TYPE_STRING in transformed.column_types:
                # Requests have rows of one width, and it takes numbers alone.
                del specs["inverse_transform"]
            else:
                given["inverse_transform"] = np.ascontiguousarray(call(estimator, "transform", rows), dtype=np.float64)
        methods = {}
        for method, spec in specs.items():
            compute: Compute = partial(call, estimator, method)
            # Kernels take numbers alone.
            kernel = None if texts else kernel_for(estimator, method)
            if agrees(kernel, compute, given[method]):
                compute = kernel or compute
            else:
                self.events.kernel_dropped(model=name, version=version, method=method)
            one = one_row_for(estimator, method) if kernel else None
            if one and not _one_agrees(one, compute, given[method]):
                one = None
                self.events.kernel_dropped(model=name, version=version, method=method)
            input_width = specs["transform"].n_columns if method == "inverse_transform" else width
            methods[method] = Method(
                method,
                input_width,
                spec.n_columns,
                _TYPES[spec.type],
                compute,
                columns=tuple(_TYPES[type_] for type_ in spec.column_types),
                labels=classes if method == "predict" else (),
                one=one,
            )
        return methods


def _classes_of_outputs(estimator: Any, classes: list[Any] | None) -> list[list[Any]]:
    """Give the classes of each output of a classifier; scikit-learn has them as a list where there are several."""
    if classes is not None:
        return [classes]
    found = getattr(estimator, "classes_", None)
    return [each.tolist() for each in found] if isinstance(found, list) else []


def _one_agrees(one: OneRow, compute: Compute, rows: NDArray[np.float64]) -> bool:
    """Whether the function for one row gives the very bits of the kernel for many, where it gives any."""
    with np.errstate(all="ignore"):
        for row in rows:
            found = one(row)
            if found is not None and found.hex() != float(compute(row.reshape(1, -1))[0]).hex():
                return False
    return True


def _any_rows(proto: model_pb2.ModelProto, *, texts: bool) -> NDArray[Any]:
    """Make rows for a model without evidence."""
    family = conversion.family_of(proto)
    rng = np.random.default_rng(0)
    return family.rows(proto, rng, 6) if texts else generic_rows(rng, 6, family.n_features(proto))


def _signature(proto: model_pb2.ModelProto, n_features: int, family: Family) -> model_pb2.Signature:
    """Give the signature, from the model itself where the file leaves something out."""
    return model_pb2.Signature(
        n_features=n_features,
        feature_names=proto.signature.feature_names,
        outputs=family.outputs(proto),
        feature_types=proto.signature.feature_types or family.input_types(proto) or (),
    )


def _copy(metadata: model_pb2.Metadata) -> model_pb2.Metadata:
    """Give metadata that do not keep the whole model in memory."""
    out = model_pb2.Metadata()
    out.CopyFrom(metadata)
    return out
