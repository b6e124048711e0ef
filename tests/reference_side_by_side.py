"""The computation of ColumnTransformerProto's comments, in plain numpy."""

from __future__ import annotations

import numpy as np


def families(compute):
    """Give the arms that are made of other models, each computed by `compute`."""

    def column_transformer(p, x):
        parts = []
        for selection, member in zip(p.selections, p.members, strict=True):
            rows = x[:, list(selection.columns)] if selection.columns else x
            if not any(isinstance(value, str) for value in rows.reshape(-1)):
                rows = rows.astype(np.float64)
            given = compute(member, rows)["transform"]
            parts.append(given * selection.weight if selection.HasField("weight") else given)
        return {"transform": np.hstack(parts)}

    return {"column_transformer": column_transformer}
