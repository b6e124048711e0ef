"""What the data plane tells to logs and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from modelx.serving.models import Served
    from modelx.serving.requests import Trigger

# What made a file be read; empty at the start.
Cause = Literal["", "rpc", "http", "signal", "watch"]


class Events(Protocol):
    """Hears of every change of the models.

    Methods are called from the thread that makes the change, several threads among them, and must not raise.
    """

    def model_loaded(self, served: Served) -> None:
        """Tell of a model that serves from now on: at the start, after a load, or after a reload."""

    def model_dropped(self, served: Served) -> None:
        """Tell of a model that serves no more: replaced, or unloaded."""

    def model_reloaded(self, served: Served, *, previous_version: str, trigger: Trigger, seconds: float) -> None:
        """Tell of a reload that went well; `served` is the default now, and was told as loaded if it is new."""

    def reload_refused(
        self, *, model: str, path: str, version: str, trigger: Cause, kind: str, error: str, detail: str
    ) -> None:
        """Tell of a file, or a reload, that is refused; `version` serves by default, or is empty for none."""

    def kernel_dropped(self, *, model: str, version: str, method: str) -> None:
        """Tell of a fast kernel that does not give scikit-learn's bits, so that scikit-learn is called instead."""

    def failed(self, *, model: str, error: BaseException) -> None:
        """Tell of an error of modelx itself, which the one who asked learns as `internal` only."""


class NoEvents:
    """Events that nobody hears."""

    def model_loaded(self, served: Served) -> None: ...

    def model_dropped(self, served: Served) -> None: ...

    def model_reloaded(self, served: Served, *, previous_version: str, trigger: Trigger, seconds: float) -> None: ...

    def reload_refused(
        self, *, model: str, path: str, version: str, trigger: Cause, kind: str, error: str, detail: str
    ) -> None: ...

    def kernel_dropped(self, *, model: str, version: str, method: str) -> None: ...

    def failed(self, *, model: str, error: BaseException) -> None: ...
