"""Model files that tell by their answers which of them was asked, and planes over them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import modelx
from modelx.serving.events import NoEvents
from modelx.serving.plane import Plane
from modelx.serving.requests import Request
from modelx.serving.settings import Settings
from modelx.serving.status import ServingError

BROKEN = b"\x1b\xff\xff\xff\x7f no model"


class Heard(NoEvents):
    """Keeps what the data plane tells."""

    def __init__(self):
        self.loaded, self.dropped, self.reloaded, self.refused, self.kernels, self.failures = [], [], [], [], [], []

    def model_loaded(self, served):
        self.loaded.append((served.name, served.version))

    def model_dropped(self, served):
        self.dropped.append((served.name, served.version))

    def model_reloaded(self, served, *, previous_version, trigger, seconds):
        assert seconds >= 0
        self.reloaded.append((served.name, served.version, previous_version, trigger))

    def reload_refused(self, **told):
        self.refused.append(told)

    def kernel_dropped(self, **told):
        self.kernels.append(told)

    def failed(self, **told):
        self.failures.append(told)


def constant(value, width=2):
    """Fit a model that answers `value` to every row."""
    estimator = LinearRegression().fit([[0.0] * width, [1.0] * width], [value, value])
    assert estimator.predict([[5.0] * width]) == [value]
    return estimator


def write(path, value, *, version="", name="m", width=2):
    """Write such a model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    modelx.dump(constant(value, width), path, name=name, version=version, metadata={"created_timestamp": 1})
    return path


def start(path, **settings):
    """Give a plane that serves, and what it tells."""
    heard = Heard()
    plane = Plane(Settings(model=str(path), **settings), events=heard)
    plane.start()
    return plane, heard


def ask(plane, model="", version="", width=2):
    """Give the version that answers, and its answer to one row."""
    response = plane.predict(Request(features=np.zeros(width), model=model, version=version))
    return response.version, float(response.outputs[0].values[0])


def refused(call, *arguments, **named):
    """Give the kind and the text of the error that a call must raise."""
    with pytest.raises(ServingError) as caught:
        call(*arguments, **named)
    return caught.value.kind, str(caught.value)


def change(plane, request):
    """Reload as a transport does."""
    return plane.commit(plane.prepare(request))
