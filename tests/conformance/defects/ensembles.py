"""Boosted trees, isolation forests and embeddings by trees that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited
from defects.parameters import INF, NAN

_BOOSTED = "gradient_boosting"
_ISOLATED = "isolation_forest"
_EMBEDDED = "random_trees_embedding"


def _of(arm: str) -> Any:
    return lambda model: getattr(model, arm)


def _set(arm: str, **fields: Any) -> Edit:
    return lambda m: [setattr(getattr(m, arm), name, value) for name, value in fields.items()]


def of_boosting() -> Iterator[Defect]:
    """Give sums of trees that have no beginning, or two, or too many trees."""
    multiclass, with_model = "gradient_boosting/log_loss_multiclass", "gradient_boosting/tree_to_begin_with"
    classified = "gradient_boosting/tree_classifier_to_begin_with"

    def defect(
        name: str,
        why: str,
        edit: Edit,
        kind: str = "shape",
        path: str = "",
        case_id: str = "",
        *,
        python_only: bool = False,
    ) -> Defect:
        model = case(case_id) if case_id else base(_BOOSTED)
        at = f"{_BOOSTED}.{path}" if path else _BOOSTED
        return Defect(f"{_BOOSTED}/{name}", why, kind, edited(model, edit), path=at, python_only=python_only)

    def drop(field: str) -> Edit:
        return lambda m: m.gradient_boosting.ClearField(field)

    yield defect("no_features", "rows of no values", _set(_BOOSTED, n_features=0), path="n_features")
    yield defect("no_outputs", "a model of no sums", _set(_BOOSTED, n_outputs=0), path="n_outputs")
    yield defect("huge_outputs", "2^31 - 1 sums: nothing may be allocated", _set(_BOOSTED, n_outputs=2**31 - 1))
    yield defect("no_link", "sums of which nothing comes", _set(_BOOSTED, link=0), path="link")
    yield defect("unknown_link", "a link of a later schema", _set(_BOOSTED, link=9), path="link")
    yield defect("no_trees", "a model of no stage", drop("trees"), path="trees")
    yield defect(
        "half_a_stage",
        "a stage lacks the tree of a class",
        lambda m: m.gradient_boosting.trees.pop(),
        path="trees",
        case_id=multiclass,
    )
    yield defect("bad_tree", "a tree without nodes", lambda m: m.gradient_boosting.trees[1].Clear(), "tree", "trees[1]")
    yield defect("rate_nan", "a learning rate of NaN", _set(_BOOSTED, learning_rate=NAN), "non_finite", "learning_rate")
    yield defect("no_beginning", "neither constants nor a model to begin with", drop("init"), path="init")
    yield defect(
        "infinite_beginning",
        "a sum that is infinite",
        lambda m: m.gradient_boosting.init.__setitem__(0, INF),
        "non_finite",
        "init",
    )
    yield defect(
        "two_beginnings",
        "constants and a model to begin with",
        lambda m: m.gradient_boosting.init.append(1.0),
        path="init",
        case_id=with_model,
    )
    yield defect("clip_of_constants", "constants that are clipped", _set(_BOOSTED, clip=1e-9), path="clip")
    yield defect(
        "clip_of_regressor",
        "a regressor's beginning that is clipped",
        _set(_BOOSTED, clip=1e-9),
        path="clip",
        case_id=with_model,
    )
    yield defect(
        "no_clip", "probabilities of 0 whose logarithm is no number", drop("clip"), path="clip", case_id=classified
    )
    yield defect(
        "clip_of_all",
        "probabilities kept half away from 0 and from 1",
        _set(_BOOSTED, clip=0.5),
        path="clip",
        case_id=classified,
    )
    yield defect("clip_nan", "a clip of NaN", _set(_BOOSTED, clip=NAN), path="clip", case_id=classified)
    yield defect("no_classes", "a classifier without classes", drop("classes"), "labels", "classes", multiclass)
    yield defect(
        "two_classes",
        "two classes for three sums",
        lambda m: m.gradient_boosting.classes.ints.pop(),
        "labels",
        "classes",
        multiclass,
    )
    yield defect(
        "classes_of_regressor",
        "a regressor with classes",
        lambda m: m.gradient_boosting.classes.ints.extend([0, 1]),
        "labels",
        "classes",
    )
    yield defect("softmax_of_one", "a softmax of one sum", _set(_BOOSTED, link=4), path="n_outputs")
    yield defect(
        "three_sums_of_two",
        "three sums where the link takes one",
        _set(_BOOSTED, link=2),
        path="n_outputs",
        case_id=multiclass,
    )

    def narrow(m: Any) -> None:
        m.gradient_boosting.model.CopyFrom(base("linear_regression"))
        m.gradient_boosting.model.linear_regression.n_features -= 1
        del m.gradient_boosting.model.linear_regression.coefficients[-1]
        m.gradient_boosting.model.ClearField("signature")

    yield defect("narrow_model", "a model to begin with of narrower rows", narrow, path="model", case_id=with_model)

    def clusterer(m: Any) -> None:
        m.gradient_boosting.model.CopyFrom(base("passthrough"))
        m.gradient_boosting.model.passthrough.n_features = m.gradient_boosting.n_features
        m.gradient_boosting.model.ClearField("signature")

    yield defect(
        "model_without_predict",
        "a model to begin with that predicts nothing",
        clusterer,
        path="model",
        case_id=with_model,
    )
    yield defect(
        "unknown_model",
        "a model to begin with of no family",
        lambda m: m.gradient_boosting.model.Clear(),
        "unknown_family",
        "model",
        with_model,
    )
    yield defect(
        "other_rate",
        "scikit-learn adds with the hyper-parameter, which is another rate",
        lambda m: setattr(m.source.params["learning_rate"], "double_value", 0.7),
        "source",
        "source",
        python_only=True,
    )


def of_isolation() -> Iterator[Defect]:
    """Give isolation forests whose leaves have no length, or whose columns are none."""

    def defect(name: str, why: str, edit: Edit, kind: str = "shape", path: str = "", case_id: str = "") -> Defect:
        model = case(case_id) if case_id else base(_ISOLATED)
        at = f"{_ISOLATED}.{path}" if path else _ISOLATED
        return Defect(f"{_ISOLATED}/{name}", why, kind, edited(model, edit), path=at)

    columns = "isolation_forest/columns_of_each_tree"
    yield defect("no_features", "rows of no values", _set(_ISOLATED, n_features=0), path="n_features")
    yield defect("no_trees", "a model of no trees", lambda m: m.isolation_forest.ClearField("trees"), path="trees")
    yield defect("bad_tree", "a tree without nodes", lambda m: m.isolation_forest.trees[0].Clear(), "tree", "trees[0]")
    yield defect("too_many_columns", "as many columns as there are", _set(_ISOLATED, n_columns=4), path="n_columns")
    yield defect("negative_columns", "fewer columns than none", _set(_ISOLATED, n_columns=-1), path="n_columns")
    yield defect(
        "lacking_columns",
        "a tree lacks a column",
        lambda m: m.isolation_forest.columns.pop(),
        path="columns",
        case_id=columns,
    )
    yield defect(
        "unknown_column",
        "a column that no row has",
        lambda m: m.isolation_forest.columns.__setitem__(2, 2**31),
        path="columns",
        case_id=columns,
    )
    yield defect(
        "columns_of_none", "columns where trees see all", lambda m: m.isolation_forest.columns.append(0), path="columns"
    )
    yield defect(
        "lacking_length", "a size without a length", lambda m: m.isolation_forest.lengths.pop(), path="lengths"
    )
    yield defect(
        "length_nan",
        "a length of NaN",
        lambda m: m.isolation_forest.lengths.__setitem__(0, NAN),
        "non_finite",
        "lengths",
    )
    yield defect(
        "length_below_zero", "a length below 0", lambda m: m.isolation_forest.lengths.__setitem__(0, -1.0), path="sizes"
    )
    yield defect(
        "doubled_size",
        "a size that is there twice",
        lambda m: m.isolation_forest.sizes.__setitem__(1, m.isolation_forest.sizes[0]),
        path="sizes",
    )
    yield defect(
        "unknown_size",
        "a leaf of a size that has no length",
        lambda m: m.isolation_forest.trees[1].n_node_samples.__setitem__(0, 77777),
        path="trees[1].n_node_samples",
    )
    yield defect(
        "lacking_size",
        "leaves of no size",
        lambda m: m.isolation_forest.trees[1].ClearField("n_node_samples"),
        path="trees[1].n_node_samples",
    )
    yield defect(
        "normalizer_infinite", "an infinite normalizer", _set(_ISOLATED, normalizer=INF), "non_finite", "normalizer"
    )
    yield defect("normalizer_below_zero", "a normalizer below 0", _set(_ISOLATED, normalizer=-2.0), path="normalizer")
    yield defect("offset_nan", "an offset of NaN", _set(_ISOLATED, offset=NAN), "non_finite", "offset")
    yield defect("lacking_seed", "a seed for each tree but one", lambda m: m.isolation_forest.seeds.pop(), path="seeds")


def of_embedding() -> Iterator[Defect]:
    """Give embeddings by trees that are none."""

    def defect(name: str, why: str, edit: Edit, kind: str = "shape", path: str = "") -> Defect:
        return Defect(f"{_EMBEDDED}/{name}", why, kind, edited(base(_EMBEDDED), edit), path=f"{_EMBEDDED}.{path}")

    yield defect("no_features", "rows of no values", _set(_EMBEDDED, n_features=0), path="n_features")
    yield defect(
        "no_trees", "a model of no trees", lambda m: m.random_trees_embedding.ClearField("trees"), path="trees"
    )
    yield defect(
        "bad_tree", "a tree without nodes", lambda m: m.random_trees_embedding.trees[2].Clear(), "tree", "trees[2]"
    )
    yield defect(
        "cycle",
        "a child that is its own parent",
        lambda m: m.random_trees_embedding.trees[0].left.__setitem__(0, 0),
        "tree",
        "trees[0].left",
    )
    yield defect(
        "lacking_seed", "a seed for each tree but one", lambda m: m.random_trees_embedding.seeds.pop(), path="seeds"
    )


def of_tampering() -> Iterator[Defect]:
    """Give models that were changed after they were recorded."""

    def defect(arm: str, why: str, edit: Edit) -> Defect:
        return Defect(f"tampered/{arm}", why, "evidence_mismatch", edited(base(arm), edit), path=arm)

    def last_bit(m: Any) -> None:
        for tree in m.gradient_boosting.trees:
            for i, value in enumerate(tree.values):
                tree.values[i] = value * (1 + 2.0**-52)

    def threshold(m: Any) -> None:
        for tree in m.random_trees_embedding.trees:
            tree.thresholds[0] *= 1.5

    def length(m: Any) -> None:
        for tree in m.isolation_forest.trees:
            tree.thresholds[0] += 0.5

    yield defect(_BOOSTED, "leaves in their last bits: sums agree bit for bit", last_bit)
    yield defect(_ISOLATED, "the first split of each tree is another", length)
    yield defect(_EMBEDDED, "the first split of each tree is another", threshold)
