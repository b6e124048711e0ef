"""The linear novelty detector."""

import numpy as np
import pytest
import roundtrip
from data import load
from sklearn.linear_model import SGDOneClassSVM
from sklearn.preprocessing import scale

import modelx
from modelx.errors import NonFiniteError, SourceError


@pytest.mark.parametrize("nu", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("average", [True, False])
def test_every_form(nu, intercept, average):
    x, _ = load("wine")
    x = scale(x)
    roundtrip.check(SGDOneClassSVM(nu=nu, fit_intercept=intercept, average=average, random_state=0).fit(x), x)


def test_a_fit_on_float32():
    x, _ = load("iris")
    fitted = SGDOneClassSVM(random_state=0).fit(x.astype(np.float32))
    assert roundtrip.check(fitted, x).coef_.dtype == fitted.coef_.dtype


def test_partial_fit_goes_on_as_the_original_would():
    x, _ = load("iris")
    fitted = SGDOneClassSVM(random_state=2).fit(x)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.partial_fit(x).coef_.tobytes() == fitted.partial_fit(x).coef_.tobytes()
    assert loaded.fit(x).offset_.tobytes() == fitted.fit(x).offset_.tobytes()


def test_an_offset_that_is_no_number_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(SGDOneClassSVM(random_state=0).fit(x))
    model.sgd_one_class_svm.offset = float("inf")
    with pytest.raises(NonFiniteError, match=r"sgd_one_class_svm\.offset"):
        modelx.from_proto(model)


def test_another_class_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(SGDOneClassSVM(random_state=0).fit(x))
    model.source.class_name = "OneClassSVM"
    with pytest.raises(SourceError, match="none of those that sgd_one_class_svm has"):
        modelx.from_proto(model)
