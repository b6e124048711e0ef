"""Train in scikit-learn, run anywhere, get the same numbers.

>>> import modelx
>>> modelx.dump(estimator, "model.pb")        # doctest: +SKIP
>>> estimator = modelx.load("model.pb")       # doctest: +SKIP

scikit-learn takes a second to import. It is imported with the first function that is used, so that `import modelx` and
`modelx --help` are quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelx.errors import ModelxError, ModelxWarning

if TYPE_CHECKING:
    from modelx.api import dump, dumps, from_proto, load, loads, read, to_proto, verify
    from modelx.differences import Difference, diff
    from modelx.examining import Examination, examine
    from modelx.functions import register_function, unregister_function
    from modelx.limits import Limits
    from modelx.model import Model

__all__ = [
    "Difference",
    "Examination",
    "Limits",
    "Model",
    "ModelxError",
    "ModelxWarning",
    "diff",
    "dump",
    "dumps",
    "examine",
    "from_proto",
    "load",
    "loads",
    "read",
    "register_function",
    "to_proto",
    "unregister_function",
    "verify",
]
__version__ = "0.1.0"

_MODULES = {
    "modelx.api": ("dump", "dumps", "from_proto", "load", "loads", "read", "to_proto", "verify"),
    "modelx.differences": ("Difference", "diff"),
    "modelx.examining": ("Examination", "examine"),
    "modelx.functions": ("register_function", "unregister_function"),
    "modelx.limits": ("Limits",),
    "modelx.model": ("Model",),
}
# Modules that are there after `import modelx`, as if it had imported them.
_SUBMODULES = frozenset({"api", "formats", "limits", "model"})
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

# Hidden from type checkers, which would take any name from a module that has __getattr__.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _SUBMODULES:
            return import_module(f"modelx.{name}")
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'modelx' has no attribute {name!r}")
        value = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
