"""What serves under one name, and how a change makes the next state of it. States never change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from modelx.serving.versions import ascending, highest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelx.serving.models import Served
    from modelx.serving.requests import ReloadResult


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """One model of the plane.

    Attributes
    ----------
    name : str
    single : bool
        Whether it has one version at a time, as a server of a single file has.
    versions : dict of str to Served
        What answers, in ascending order of the versions.
    default : Served or None
        What answers when no version is named.
    previous : Served or None
        What rollback brings back.
    highest : str
        The highest version that ever answered; empty before there was one.
    last_reload : ReloadResult or None
    refused : dict of str to str
        From a file that was refused to the reason.
    unloaded : bool
        Whether it was taken out of service.
    """

    name: str
    single: bool = False
    versions: Mapping[str, Served] = field(default_factory=dict)
    default: Served | None = None
    previous: Served | None = None
    highest: str = ""
    last_reload: ReloadResult | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    unloaded: bool = False

    @property
    def version(self) -> str:
        """The version that answers by default; empty for none."""
        return self.default.version if self.default else ""

    def with_default(self, served: Served) -> State:
        """Let a model answer by default: what a reload brought."""
        return self._change([served], served)

    def with_arrived(self, arrived: Sequence[Served]) -> State:
        """Let models answer to their versions; one that is higher than all that ever served answers by default too."""
        return self._change(arrived, None) if arrived else self

    def rolled_back(self) -> State:
        """Let the model of before answer again. `previous` must not be None."""
        return self if self.previous is None else self.with_default(self.previous)

    def without_models(self) -> State:
        """Take everything out of service."""
        return State(self.name, self.single, unloaded=True)

    def with_refused(self, reasons: Mapping[str, str]) -> State:
        """Note why files were refused."""
        return replace(self, refused={**self.refused, **reasons})

    def _change(self, arrived: Sequence[Served], chosen: Served | None) -> State:
        """Put models in the place of those of the same version or file, and find what answers by default."""
        versions = {} if self.single else dict(self.versions)
        for served in arrived:
            versions = {
                version: each
                for version, each in versions.items()
                if version != served.version and each.file != served.file
            }
            versions[served.version] = served
        newest = highest([self.highest, *(served.version for served in arrived)])
        if chosen is None:
            default = newest if newest != self.highest else self.version
            chosen = versions.get(default) or versions[highest(versions)]
        before, previous = self.default, self.previous
        if before is not None and not is_same(before, chosen):
            previous = before
        files = {each.file for each in versions.values()}
        return replace(
            self,
            versions={version: versions[version] for version in ascending(versions)},
            default=chosen,
            previous=previous,
            highest=newest,
            refused={file: reason for file, reason in self.refused.items() if file not in files},
            unloaded=False,
        )


def is_same(a: Served, b: Served) -> bool:
    """Whether two loads are of the same bytes under the same version."""
    return (a.sha256, a.version) == (b.sha256, b.version)
