"""``verify`` of ONNX files: a graph that is not the model's own never gets to onnxruntime."""

import numpy as np
import pytest
from data import load
from onnx import AttributeProto, TensorProto, helper
from onnx_running import export, parse
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

import modelx
from modelx import errors
from modelx.formats import onnx, onnx_runtime
from modelx.formats.onnx_graph import graph

X, Y = load("iris")
# A tree behind a scaler: nodes with and without attributes, initializers, tensors among the attributes.
FITTED = make_pipeline(StandardScaler(), DecisionTreeRegressor(max_depth=3)).fit(X, Y)
DATA = export(FITTED)[0]


def write(tmp_path, data, name="m.onnx"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def edited(change):
    parsed = parse(DATA)
    change(parsed)
    return parsed.SerializeToString()


def tree(parsed):
    """Give the attributes of the trees by name."""
    node = next(node for node in parsed.graph.node if node.op_type == "TreeEnsemble")
    return {attribute.name: attribute for attribute in node.attribute}


def set_ints(name, value, at=0):
    def change(parsed):
        tree(parsed)[name].ints[at] = value

    return change


def cycle(parsed):
    attributes = tree(parsed)
    attributes["nodes_trueleafs"].ints[0] = attributes["nodes_falseleafs"].ints[0] = 0
    attributes["nodes_truenodeids"].ints[0] = attributes["nodes_falsenodeids"].ints[0] = 0


def huge_count(parsed):
    tree(parsed)["n_targets"].i = 2**62


def shorter(parsed):
    del tree(parsed)["nodes_featureids"].ints[1:]


def huge_dims(parsed):
    tree(parsed)["nodes_splits"].t.dims[0] = 2**62


def no_weights(parsed):
    tree(parsed)["leaf_weights"].t.ClearField("double_data")


def external(parsed):
    tensor = parsed.graph.initializer[-1]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/hostname")


def external_attribute(parsed):
    tensor = tree(parsed)["nodes_splits"].t
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")


def loop(parsed):
    parsed.graph.node.append(helper.make_node("Loop", ["", ""], ["x"]))


def subgraph(parsed):
    inner = helper.make_graph([helper.make_node("Identity", ["X"], ["y"])], "inner", [], [])
    parsed.graph.node[0].attribute.append(helper.make_attribute("body", inner))


def function(parsed):
    parsed.functions.add(name="f", domain="d")


def foreign_domain(parsed):
    parsed.graph.node[0].domain = "com.microsoft"


def doubling(parsed):
    """Concatenate a value with itself, fifty times."""
    name = parsed.graph.node[0].output[0]
    for i in range(50):
        parsed.graph.node.insert(1 + i, helper.make_node("Concat", [name, name], [f"w{i}"], axis=0))
        name = f"w{i}"


def too_many_nodes(parsed):
    parsed.graph.node.extend([helper.make_node("Identity", ["X"], [f"v{i}"]) for i in range(20_000)])


def other_operator(parsed):
    next(node for node in parsed.graph.node if node.op_type == "Sub").op_type = "Add"


def other_number(parsed):
    tensor = next(i for i in parsed.graph.initializer if i.name.startswith("constant"))
    tensor.raw_data = bytes(len(tensor.raw_data))


def one_output_less(parsed):
    del parsed.graph.output[0]


def one_input_more(parsed):
    parsed.graph.input.append(helper.make_tensor_value_info("other", TensorProto.DOUBLE, [1]))


def other_opset(parsed):
    parsed.opset_import[0].version = 1


def training(parsed):
    parsed.training_info.add()


def reference(parsed):
    tree(parsed)["nodes_splits"].ref_attr_name = "outer"
    tree(parsed)["nodes_splits"].type = AttributeProto.TENSOR


HOSTILE = {
    "a child that is not there": set_ints("nodes_truenodeids", 10**6),
    "a negative child": set_ints("nodes_falsenodeids", -5),
    "a leaf that is not there": set_ints("nodes_truenodeids", 2**40, at=-1),
    "a cycle": cycle,
    "a feature out of range": set_ints("nodes_featureids", 2**31),
    "a negative feature": set_ints("nodes_featureids", -1),
    "a root that is not there": set_ints("tree_roots", 99),
    "a target out of range": set_ints("leaf_targetids", 7),
    "a huge count of targets": huge_count,
    "lists of other lengths": shorter,
    "huge dims": huge_dims,
    "no weights": no_weights,
    "another file": external,
    "another file for an attribute": external_attribute,
    "a loop": loop,
    "a graph inside": subgraph,
    "a function": function,
    "another domain": foreign_domain,
    "tensors that double": doubling,
    "too many nodes": too_many_nodes,
    "another operator": other_operator,
    "another number": other_number,
    "one output less": one_output_less,
    "one input more": one_input_more,
    "another set of operators": other_opset,
    "training": training,
    "a reference": reference,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_graph_that_is_not_the_models_is_not_run(case, tmp_path, monkeypatch):
    def run(*_):
        raise AssertionError("the graph got to onnxruntime")

    path = write(tmp_path, edited(HOSTILE[case]))
    monkeypatch.setattr(onnx_runtime, "run", run)
    with pytest.raises(errors.MalformedError) as caught:
        modelx.verify(path)
    assert caught.value.path == "onnx.graph"


def test_what_differs_is_named(tmp_path):
    with pytest.raises(errors.MalformedError, match=r"node 0 \('Add'\)"):
        modelx.verify(write(tmp_path, edited(other_operator)))
    with pytest.raises(errors.MalformedError, match=r"output 0 \(absent\)"):
        modelx.verify(write(tmp_path, edited(one_output_less)))


@pytest.mark.parametrize("suffix", [".onnx", ".onnx.gz", ".onnx.zst"])
def test_verify_runs_the_graph(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"m{suffix}"
    modelx.dump(FITTED, path)
    ran = []
    measure = onnx.measure
    monkeypatch.setattr(onnx, "measure", lambda data, model: ran.append(measure(data, model)) or ran[-1])
    assert modelx.verify(path).format == "onnx"
    assert ran[0]["predictions"].outside == 0


def test_the_owners_metadata_and_another_spelling_of_the_bytes_are_no_difference(tmp_path):
    def change(parsed):
        parsed.metadata_props.add(key="owner", value="me")

    data = edited(change)
    # The same field once more, in front: the last one counts.
    assert modelx.verify(write(tmp_path, b"\x08\x01" + data)).format == "onnx"


def test_a_graph_that_answers_something_else_in_this_runtime_is_told(tmp_path, monkeypatch):
    model = modelx.to_proto(KMeans(3, n_init=1, random_state=0).fit(X))
    path = write(tmp_path, onnx.dumps(model))
    run = onnx_runtime.run
    monkeypatch.setattr(onnx_runtime, "run", lambda data, x: run(data, x) | {"label": np.zeros(len(x["X"]), int)})
    with pytest.raises(errors.EvidenceMismatchError) as caught:
        modelx.verify(path)
    assert caught.value.path == "onnx.label"


def test_the_graph_of_another_model_is_refused(tmp_path):
    carrier = parse(export(LinearRegression().fit(X, Y))[0])
    other = modelx.to_proto(LinearRegression().fit(X, Y))
    other.linear_regression.intercept += 1.0
    other.ClearField("evidence")
    (entry,) = [e for e in carrier.metadata_props if e.key == onnx.MODEL_KEY]
    entry.value = next(e.value for e in parse(onnx.dumps(other)).metadata_props if e.key == onnx.MODEL_KEY)
    with pytest.raises(errors.MalformedError, match="initializer"):
        modelx.verify(write(tmp_path, carrier.SerializeToString()))


def test_bytes_that_are_no_graph_are_malformed(tmp_path):
    with pytest.raises(errors.MalformedError):
        modelx.verify(write(tmp_path, DATA + b"\xff\xff"))


def test_a_graph_that_few_bytes_make_huge_is_not_built(tmp_path, monkeypatch):
    monkeypatch.setattr(graph, "_MOST_VALUES", 0)
    with pytest.raises(errors.MalformedError, match="over 0 values of its own"):
        modelx.verify(write(tmp_path, DATA))
