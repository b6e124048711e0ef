"""Models made of models as the comments of proto/modelx/v1/model.proto define them, in plain numpy."""

from __future__ import annotations


def families(compute):
    """Give the computations by arm; `compute` gives every method's output of a model inside."""

    def delegate(p, x):
        return compute(p.model, x)

    return {"delegate": delegate}
