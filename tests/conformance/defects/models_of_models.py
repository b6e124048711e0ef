"""Models made of models that do not fit together, and defects of the models inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defects.defect import Defect, Edit, base, case, edited

_UNTOLD = "; the file does not tell where in it"
_FIVE = ", ".join(f"{i} (sgd_classifier)" for i in range(5))
# What the error says of a member that was changed: which one it was, where a column is that member's alone.
_SAYS = {
    "voting": "is in what voting > logistic (sgd_classifier) gives",
    "stacking": "is in what stacking > logistic (sgd_classifier) gives",
    "bagging": f"is in what bagging gives, which is made of {_FIVE}{_UNTOLD}",
    "ada_boost": f"is in what ada_boost gives, which is made of {_FIVE}{_UNTOLD}",
}


def _defect(arm: str, name: str, why: str, kind: str, edit: Edit, path: str = "", says: str = "") -> Defect:
    place = f"{arm}.{path}" if path else arm
    data = edited(base(arm), edit)
    return Defect(f"{arm}/{name}", why, kind, data, path=place, says=says, python_only=kind == "source")


def of_delegates() -> Iterator[Defect]:
    """Give delegates whose model is none, is wrong, or was changed."""

    def nested(model: Any) -> None:
        for _ in range(16):
            inner = type(model)()
            inner.CopyFrom(model)
            model.Clear()
            model.delegate.model.CopyFrom(inner)

    def step(model: Any) -> Any:
        return model.delegate.model.pipeline.steps[1].sgd_classifier

    def of_the_model(model: Any) -> None:
        model.delegate.model.evidence.CopyFrom(model.evidence)

    yield _defect(
        "delegate", "no_model", "nobody to ask", "unknown_family", lambda m: m.delegate.ClearField("model"), "model"
    )
    yield _defect(
        "delegate",
        "defect_inside",
        "the path leads to the parameter of the model inside",
        "non_finite",
        lambda m: step(m).coefficients.__setitem__(2, float("nan")),
        "model.pipeline.steps[1].sgd_classifier.coefficients",
    )
    yield _defect("delegate", "nested_17", "a delegate is a level of nesting like any other", "too_deep", nested)
    yield _defect(
        "delegate",
        "newer_schema_inside",
        "a model inside of a later schema",
        "schema_version",
        lambda m: setattr(m.delegate.model, "schema_version", 1000),
        "model",
    )
    yield _defect(
        "delegate",
        "signature_inside",
        "the signature of the model inside contradicts it",
        "signature",
        lambda m: setattr(m.delegate.model.signature, "n_features", 5),
        "model.signature",
    )
    yield _defect(
        "delegate",
        "evidence_inside",
        "evidence of a model inside, which nobody would replay",
        "evidence",
        of_the_model,
        "model.evidence",
    )
    yield _defect(
        "delegate",
        "tampered",
        "a coefficient of the model inside is off by a millionth",
        "evidence_mismatch",
        lambda m: step(m).coefficients.__setitem__(0, step(m).coefficients[0] * (1 + 1e-6)),
        "model.pipeline",
        "is in what delegate > best_estimator_ (pipeline) gives, which is made of standardscaler (affine_scaler), "
        f"logisticregression (sgd_classifier){_UNTOLD}",
    )
    yield _defect(
        "delegate",
        "unknown_class",
        "a class that answers on its own",
        "source",
        lambda m: setattr(m.source, "class_name", "Ridge"),
        "source",
    )
    yield _defect(
        "delegate",
        "no_estimator",
        "a search without the estimator that it was to fit",
        "source",
        lambda m: m.source.params.__delitem__("estimator"),
        "source",
    )


def _numbers(model: Any) -> Any:
    """Give the first list of numbers of a linear model, at whatever depth of pipelines and delegates."""
    arm = model.WhichOneof("model")
    if arm == "pipeline":
        return _numbers(model.pipeline.steps[-1])
    return getattr(model, arm).coefficients


def _of_members(arm: str) -> Iterator[Defect]:
    """Give what may be wrong with the members of any ensemble."""

    def message(model: Any) -> Any:
        return getattr(model, arm)

    def rename(name: str) -> Edit:
        return lambda m: setattr(message(m).members[1], "name", name)

    def wider(model: Any) -> None:
        member = message(model).members[1]
        inner = type(model)()
        inner.CopyFrom(member)
        member.Clear()
        member.name = inner.name
        member.pipeline.steps.add(name="wider").passthrough.n_features = 99

    def recorded(model: Any) -> None:
        message(model).members[1].evidence.CopyFrom(model.evidence)

    def deep(model: Any) -> None:
        member = message(model).members[1]
        for _ in range(16):
            inner = type(model)(name="inner")
            inner.CopyFrom(member)
            member.Clear()
            member.name = inner.name
            member.delegate.model.CopyFrom(inner)

    def nan(model: Any) -> None:
        _numbers(message(model).members[1])[0] = float("nan")

    def off(model: Any) -> None:
        numbers = _numbers(message(model).members[0])
        numbers[0] = numbers[0] * (1 + 1e-3) + 1e-3

    yield _defect(arm, "no_members", "nobody to ask", "pipeline", lambda m: message(m).ClearField("members"), "members")
    yield _defect(arm, "empty_name", "a member without a name", "pipeline", rename(""), "members")
    yield _defect(
        arm,
        "doubled_names",
        "two members of one name",
        "pipeline",
        lambda m: setattr(message(m).members[1], "name", message(m).members[0].name),
        "members",
    )
    yield _defect(
        arm,
        "member_without_arm",
        "a member of no family",
        "unknown_family",
        lambda m: message(m).members[1].ClearField(message(m).members[1].WhichOneof("model")),
        "members[1]",
    )
    yield _defect(arm, "wider_member", "a member that takes other rows than the first", "pipeline", wider, "members[1]")
    yield _defect(arm, "evidence_of_a_member", "evidence that nobody would replay", "evidence", recorded, "members[1]")
    yield _defect(arm, "too_deep", "members are levels of nesting", "too_deep", deep, "members[1]")
    yield _defect(arm, "nan_inside", "the path leads to the member's parameter", "non_finite", nan, "members[1]")
    why = "a coefficient of a member was changed"
    yield _defect(arm, "tampered", why, "evidence_mismatch", off, says=_SAYS[arm])


def of_votes() -> Iterator[Defect]:
    """Give votes that cannot be counted."""
    yield from _of_members("voting")

    def defect(name: str, why: str, kind: str, edit: Edit, path: str = "") -> Defect:
        return _defect("voting", name, why, kind, edit, path)

    def renumber(model: Any) -> None:
        model.voting.members[0].sgd_classifier.classes.ints[2] = 3

    def regress(model: Any) -> None:
        model.voting.vote = 0
        model.voting.ClearField("classes")

    def weigh(*weights: float) -> Edit:
        return lambda m: (m.voting.weights.extend(weights), setattr(m.voting, "total", 1.0))

    def voteless(model: Any) -> None:
        model.voting.members[0].sgd_classifier.probability = 0
        model.voting.members[0].ClearField("signature")

    yield defect("one_weight", "a weight for one of two members", "shape", weigh(1.0), "weights")
    yield defect("nan_weight", "a weight that is no number", "non_finite", weigh(1.0, float("nan")), "weights")
    yield defect(
        "total_without_weights", "a sum of no weights", "non_finite", lambda m: setattr(m.voting, "total", 2.0), "total"
    )
    yield defect(
        "zero_total",
        "weights whose sum divides by zero",
        "non_finite",
        lambda m: m.voting.weights.extend([1.0, -1.0]),
        "total",
    )
    yield defect("unknown_vote", "a vote of a later schema", "shape", lambda m: setattr(m.voting, "vote", 9), "vote")
    yield defect("no_classes", "votes for nobody", "labels", lambda m: m.voting.ClearField("classes"), "classes")
    yield defect(
        "classes_of_a_mean",
        "classes where predictions are averaged",
        "labels",
        lambda m: setattr(m.voting, "vote", 0),
        "classes",
    )
    yield defect(
        "class_out_of_range", "a member that votes for a fourth of three classes", "labels", renumber, "members[0]"
    )
    yield defect(
        "too_few_classes",
        "members with more classes than the vote",
        "labels",
        lambda m: m.voting.classes.ints.pop(),
        "members[0]",
    )
    yield defect("without_probabilities", "a member that has none to average", "pipeline", voteless, "members[0]")
    yield defect(
        "other_weights",
        "weights that the source does not know",
        "source",
        lambda m: (m.voting.weights.extend([1.0, 1.0]), setattr(m.voting, "total", 2.0)),
        "source",
    )


def of_bags() -> Iterator[Defect]:
    """Give bags whose members do not fit into them."""
    yield from (one for one in _of_members("bagging"))

    def defect(name: str, why: str, kind: str, edit: Edit, path: str = "") -> Defect:
        return _defect("bagging", name, why, kind, edit, path)

    def subsets(*counts: int) -> Edit:
        return lambda m: [m.bagging.features.add(indices=range(n)) for n in counts]

    def beyond(model: Any) -> None:
        subsets(4, 4, 4, 4, 4)(model)
        model.bagging.features[3].indices[2] = 4

    yield defect(
        "zero_width", "no row has no value", "shape", lambda m: m.bagging.ClearField("n_features"), "n_features"
    )
    yield defect("too_few_subsets", "features of two of five members", "shape", subsets(4, 4), "features")
    yield defect(
        "narrow_subset", "three features for a member of four", "pipeline", subsets(4, 3, 4, 4, 4), "members[1]"
    )
    yield defect("feature_out_of_range", "the fifth of four features", "shape", beyond, "features[3].indices")
    yield defect(
        "huge_feature",
        "an index that is negative in 32 bits",
        "shape",
        lambda m: (subsets(4, 4, 4, 4, 4)(m), m.bagging.features[0].indices.__setitem__(0, 2**32 - 1)),
        "features[0].indices",
    )
    yield defect(
        "too_few_classes", "members with more classes", "labels", lambda m: m.bagging.classes.ints.pop(), "members[0]"
    )
    yield defect("no_labels", "classes that are none", "labels", lambda m: m.bagging.classes.Clear(), "classes")
    yield defect(
        "other_count",
        "means over another number of members",
        "source",
        lambda m: setattr(m.source.params["n_estimators"], "int_value", 4),
        "source",
    )


def of_boosts() -> Iterator[Defect]:
    """Give boosted members whose votes cannot be weighed."""
    yield from _of_members("ada_boost")

    def defect(name: str, why: str, kind: str, edit: Edit, path: str = "") -> Defect:
        return _defect("ada_boost", name, why, kind, edit, path)

    def rename(model: Any) -> None:
        _classifier(model.ada_boost.members[2]).classes.ints[1] = 99

    yield defect("too_few_weights", "a weight is missing", "shape", lambda m: m.ada_boost.weights.pop(), "weights")
    yield defect(
        "infinite_weight",
        "one member that outvotes all",
        "non_finite",
        lambda m: m.ada_boost.weights.__setitem__(1, float("inf")),
        "weights",
    )
    yield defect(
        "zero_total", "a division by zero", "non_finite", lambda m: setattr(m.ada_boost, "total", 0.0), "total"
    )
    yield defect(
        "total_of_a_median",
        "a total where nothing is divided",
        "non_finite",
        lambda m: m.ada_boost.ClearField("classes"),
        "total",
    )
    yield defect("unknown_class", "a member of another class", "labels", rename, "members[2]")
    yield defect(
        "one_class",
        "nothing to decide",
        "labels",
        lambda m: m.ada_boost.classes.ints.__delitem__(slice(1, None)),
        "classes",
    )
    yield defect(
        "more_weights",
        "a weight for each of 10^9 members that boosting did not come to",
        "source",
        lambda m: setattr(m.source.attributes["estimator_weights_"], "int_value", 10**9),
        "source",
    )


def _classifier(model: Any) -> Any:
    return model.sgd_classifier


def of_stacks() -> Iterator[Defect]:
    """Give stacks whose last model does not take what the members give."""
    yield from _of_members("stacking")

    def defect(name: str, why: str, kind: str, edit: Edit, path: str = "") -> Defect:
        return _defect("stacking", name, why, kind, edit, path)

    def ask(method: int) -> Edit:
        return lambda m: m.stacking.methods.__setitem__(1, method)

    def renumber(model: Any) -> None:
        model.stacking.final.sgd_classifier.classes.ints[2] = 3

    def several(name: str, why: str, edit: Edit, path: str) -> Defect:
        data = edited(case("stacking/several_labels"), edit)
        return Defect(f"stacking/{name}", why, "labels", data, path=f"stacking.{path}")

    def beyond(model: Any) -> None:
        model.stacking.final.decision_tree.classes[1].ints[0] = 1

    def alone(model: Any) -> None:
        del model.stacking.outputs[1:]

    yield several("fewer_labels", "a label is missing", lambda m: m.stacking.outputs.pop(), "final")
    yield several("one_label", "several labels, of which there is one", alone, "outputs")
    yield several("empty_label", "a label of no class", lambda m: m.stacking.outputs[1].Clear(), "outputs[1]")
    yield several("label_out_of_range", "a second class of one", beyond, "final")
    yield several(
        "classes_beside_labels", "one label and several", lambda m: m.stacking.classes.ints.extend([0, 1]), "outputs"
    )
    yield defect("class_out_of_range", "a last model that predicts a fourth class", "labels", renumber, "final")
    yield defect(
        "no_final", "nobody to give the answers to", "unknown_family", lambda m: m.stacking.ClearField("final"), "final"
    )
    yield defect(
        "too_few_methods", "a member that is asked for nothing", "shape", lambda m: m.stacking.methods.pop(), "methods"
    )
    yield defect("unknown_method", "a method of a later schema", "shape", ask(9), "methods")
    yield defect("missing_method", "a member that has no probabilities", "pipeline", ask(2), "members[1]")
    yield defect("widths", "the last model is wider than what it is given", "pipeline", ask(1), "final")
    yield defect(
        "passed_on",
        "rows that the last model has no columns for",
        "pipeline",
        lambda m: setattr(m.stacking, "passthrough", True),
        "final",
    )
    yield defect(
        "nan_in_final",
        "the path leads to the last model",
        "non_finite",
        lambda m: _numbers(m.stacking.final).__setitem__(0, float("nan")),
        "final",
    )
    yield defect("no_labels", "classes that are none", "labels", lambda m: m.stacking.classes.Clear(), "classes")
    yield defect(
        "other_source",
        "a source that passes the rows on",
        "source",
        lambda m: setattr(m.source.params["passthrough"], "bool_value", True),
        "source",
    )


def of_targets() -> Iterator[Defect]:
    """Give targets that cannot be transformed back."""

    def defect(name: str, why: str, kind: str, edit: Edit, path: str = "") -> Defect:
        return _defect("transformed_target", name, why, kind, edit, path)

    def both(model: Any) -> None:
        model.transformed_target.final.passthrough.n_features = 1

    def wide(model: Any) -> None:
        model.transformed_target.ClearField("inverse")
        model.transformed_target.final.passthrough.n_features = 2

    def scale(model: Any) -> None:
        numbers = _numbers(model.transformed_target.model)
        numbers[0] *= 1 + 1e-6

    def evidence(model: Any) -> None:
        model.transformed_target.model.evidence.CopyFrom(model.evidence)

    def nan(model: Any) -> None:
        _numbers(model.transformed_target.model)[0] = float("nan")

    def clear(field: str) -> Edit:
        return lambda m: m.transformed_target.ClearField(field)

    yield defect("no_model", "nobody who predicts", "unknown_family", clear("model"), "model")
    yield defect("no_function", "neither a function nor a transformer", "shape", clear("inverse"), "inverse")
    yield defect("both", "a function and a transformer", "shape", both, "inverse")
    yield defect(
        "unknown_function",
        "a function of a later schema",
        "shape",
        lambda m: setattr(m.transformed_target, "inverse", 99),
        "inverse",
    )
    yield defect("wide_transformer", "a transformer of two targets for one", "pipeline", wide, "final")
    yield defect(
        "columns",
        "more columns than are predicted",
        "shape",
        lambda m: setattr(m.transformed_target, "n_outputs", 2),
        "n_outputs",
    )
    yield defect("nan_inside", "the path leads to the model that predicts", "non_finite", nan, "model")
    yield defect("evidence_inside", "evidence that nobody would replay", "evidence", evidence, "model.evidence")
    yield defect("tampered", "a coefficient is off by a millionth", "evidence_mismatch", scale)
    yield defect(
        "function_by_name",
        "a function that is in no table",
        "source",
        lambda m: setattr(m.source.params["inverse_func"], "string_value", "os.system"),
        "source",
    )
