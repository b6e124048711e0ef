"""Train in scikit-learn, run anywhere, get the same numbers.

>>> import modelx
>>> modelx.dump(estimator, "model.pb")        # doctest: +SKIP
>>> estimator = modelx.load("model.pb")       # doctest: +SKIP
"""

from modelx.api import dump, dumps, from_proto, load, loads, read, to_proto, verify
from modelx.errors import ModelxError, ModelxWarning
from modelx.limits import Limits
from modelx.model import Model

__all__ = [
    "Limits",
    "Model",
    "ModelxError",
    "ModelxWarning",
    "dump",
    "dumps",
    "from_proto",
    "load",
    "loads",
    "read",
    "to_proto",
    "verify",
]
__version__ = "0.1.0"
