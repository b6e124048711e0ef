# ruff: noqa: INP001 - a part of generate.py, not of a package
"""Cases of transformers of single rows, built by hand from the fitted attributes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import datasets, preprocessing

Case = dict[str, Any]
WINE = datasets.load_wine().data
ROWS = np.concatenate([WINE[::40, :4], -WINE[:2, :4], np.zeros((1, 4))])


def cases(case: Callable[..., Case], output: Callable[..., Case], plain: Callable[[Any], list[Any]]) -> list[Case]:
    """Give all cases; the functions are those of generate.py."""

    def of(estimator: Any, arm: str, proto: Case, rows: Any = ROWS, **how: Any) -> Case:
        transformed = estimator.transform(rows)
        proto = {"n_features": rows.shape[1], **proto}
        name = f"{type(estimator).__name__} {' '.join(str(v) for v in estimator.get_params().values())}"
        return case(name, {arm: proto}, rows, [output("transform", transformed, **how)])

    out = [of(preprocessing.Binarizer(threshold=2.0).fit(ROWS), "binarizer", {"threshold": 2.0})]
    for norm in ("l1", "l2", "max"):
        fitted = preprocessing.Normalizer(norm).fit(ROWS)
        how = {} if norm == "max" else {"comparison": "absolute", "tolerance": 1e-12}
        out.append(of(fitted, "normalizer", {"norm": f"NORM_{norm.upper()}"}, **how))
    gram = ROWS[::2] @ ROWS[::2].T
    centerer = preprocessing.KernelCenterer().fit(gram)
    proto: Case = {"column_means": plain(centerer.K_fit_rows_), "mean": float(centerer.K_fit_all_)}
    how = {"comparison": "absolute", "tolerance": 1e-12 * 4.0 * np.abs(gram).max()}
    out.append(of(centerer, "kernel_centerer", proto, gram, **how))
    for low, high, interactions, bias in ((0, 2, False, True), (3, 4, False, False), (2, 3, True, True)):
        model = preprocessing.PolynomialFeatures((low, high), interaction_only=interactions, include_bias=bias)
        proto = {"min_degree": low, "max_degree": high, "interaction_only": interactions, "include_bias": bias}
        out.append(of(model.fit(ROWS), "polynomial_features", proto))
    out.append(_bins(case, output, plain))
    out += [_powers(case, output, plain, method) for method in ("yeo-johnson", "box-cox")]
    out += [_ranks(case, output, plain, kind) for kind in ("uniform", "normal")]
    return out + [_splines(case, output, plain, beyond) for beyond in ("constant", "linear", "continue", "periodic")]


def _bins(case: Callable[..., Case], output: Callable[..., Case], plain: Callable[[Any], list[Any]]) -> Case:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = preprocessing.KBinsDiscretizer(n_bins=[2, 3, 4, 5], encode="ordinal", strategy="uniform")
        model.fit(WINE[:, :4])
    proto = {
        "n_features": 4,
        "n_bins": plain(model.n_bins_),
        "edges": plain(np.concatenate(list(model.bin_edges_))),
        "encoding": "ENCODING_ORDINAL",
    }
    # The tests ask the inverse about the rows themselves, which are therefore numbers of bins.
    rows = np.array([[0, 1, 2, 3], [1, 2, 3, 4], [-1, -2, -3, -4], [1, 0.5, 1.9, 0]], dtype=np.float64)
    outputs = [output("transform", model.transform(rows)), output("inverse_transform", model.inverse_transform(rows))]
    return case("KBinsDiscretizer", {"k_bins_discretizer": proto}, rows, outputs)


def _powers(
    case: Callable[..., Case], output: Callable[..., Case], plain: Callable[[Any], list[Any]], method: str
) -> Case:
    model = preprocessing.PowerTransformer(method=method).fit(WINE[:, :4])
    scaler = model._scaler  # noqa: SLF001 - the scale has no public name
    proto = {
        "n_features": 4,
        "method": f"METHOD_{method.upper().replace('-', '_')}",
        "lambdas": plain(model.lambdas_),
        "subtract": plain(scaler.mean_),
        "divide": plain(scaler.scale_),
    }
    rows = np.concatenate([WINE[::60, :4], WINE[:2, :4] * 0.1])
    rows[1, 2] = np.nan
    # The inverse is asked about the rows themselves, which are far from what transform gives.
    rows[:, 1:] /= 50.0
    rows[:, 0] /= 100.0
    transformed, back = model.transform(rows), model.inverse_transform(rows)
    outputs = [
        output("transform", transformed, "absolute", 1e-10 * (1.0 + np.nan_to_num(np.abs(transformed)))),
        output("inverse_transform", back, "absolute", 1e-10 * (1.0 + np.nan_to_num(np.abs(back)))),
    ]
    return case(f"PowerTransformer {method}", {"power_transformer": proto}, rows, outputs)


def _ranks(
    case: Callable[..., Case], output: Callable[..., Case], plain: Callable[[Any], list[Any]], kind: str
) -> Case:
    model = preprocessing.QuantileTransformer(n_quantiles=15, output_distribution=kind).fit(WINE[:, :4])
    proto = {
        "n_features": 4,
        "references": plain(model.references_),
        "quantiles": plain(model.quantiles_),
        "output": f"OUTPUT_{kind.upper()}",
    }
    # The inverse is asked about the rows themselves, which are therefore not far from 0.
    rows = np.concatenate([WINE[::40, :4], WINE[::40, :4] / 20.0, np.zeros((1, 4))])
    rows[1, 2] = np.nan
    outputs = [
        output("transform", model.transform(rows), "absolute", 1e-9 if kind == "normal" else 1e-14),
        output("inverse_transform", model.inverse_transform(rows), "absolute", 1e-11),
    ]
    return case(f"QuantileTransformer {kind}", {"quantile_transformer": proto}, rows, outputs)


def _splines(
    case: Callable[..., Case], output: Callable[..., Case], plain: Callable[[Any], list[Any]], beyond: str
) -> Case:
    model = preprocessing.SplineTransformer(5, extrapolation=beyond, include_bias=beyond != "linear").fit(WINE[:, :3])
    proto = {
        "n_features": 3,
        "degree": 3,
        "knots": plain(np.array([spline.t for spline in model.bsplines_])),
        "extrapolation": f"EXTRAPOLATION_{beyond.upper()}",
        "include_bias": beyond != "linear",
    }
    rows = np.concatenate([WINE[::40, :3], WINE[:2, :3] * 1.3, WINE[:1, :3] - 9.0])
    transformed = model.transform(rows)
    tolerance = 1e-12 * np.maximum(1.0, np.abs(transformed).max(axis=1, keepdims=True))
    outputs = [output("transform", transformed, "absolute", tolerance)]
    return case(f"SplineTransformer {beyond}", {"spline_transformer": proto}, rows, outputs)
