"""Who may ask what: bearer tokens and their rights."""

from __future__ import annotations

import hashlib
import hmac
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from modelx.serving.settings import SettingsError
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelx.serving.settings import Settings


class Right(Enum):
    """What a request needs."""

    # Health, readiness and metrics.
    OPEN = "open"
    # All other reading: predictions, information, reflection.
    PREDICT = "predict"
    # What changes the models in service.
    RELOAD = "reload"


class Authorizer:
    """The tokens that the operator gave.

    Parameters
    ----------
    predict, reload : sequence of str
        The tokens of either file; empty where there is no such file.
    """

    def __init__(self, predict: Sequence[str] = (), reload: Sequence[str] = ()) -> None:
        # Digests have one length, so that the time of a comparison tells nothing of the token's.
        self._predict = [_digest(token) for token in predict]
        self._reload = [_digest(token) for token in reload]
        self._guarded = {
            Right.OPEN: False,
            Right.PREDICT: bool(predict),
            Right.RELOAD: bool(predict) or bool(reload),
        }

    @classmethod
    def of(cls, settings: Settings) -> Authorizer:
        """Read the token files that the settings name.

        Raises
        ------
        SettingsError
            A file has no token, or is no text.
        OSError
            A file cannot be read.
        """
        return cls(_read(settings.predict_token_file), _read(settings.reload_token_file))

    def guards(self, right: Right) -> bool:
        """Whether a request for the right needs a token, so that a caller need not look for one."""
        return self._guarded[right]

    def check(self, authorization: str | bytes | None, right: Right) -> None:
        """Compare the value of an authorization header with the tokens that have the right.

        Parameters
        ----------
        authorization : str, bytes or None
            As the client sent it; None or empty where it sent none.
        right : Right

        Raises
        ------
        ServingError
            `unauthenticated`, or `permission_denied` for a known token without the right.
        """
        if not self._guarded[right]:
            return
        token = _bearer(authorization)
        if not token:
            raise ServingError("unauthenticated", 'no bearer token; expected the header "authorization: Bearer TOKEN"')
        digest = hashlib.sha256(token).digest()
        # Both lists are always walked to their ends, so that the time tells nothing.
        may_predict, may_reload = _has(self._predict, digest), _has(self._reload, digest)
        if not may_predict and not may_reload:
            raise ServingError("unauthenticated", "the bearer token is unknown")
        if right is Right.PREDICT or may_reload:
            return
        if not self._reload:
            raise ServingError(
                "permission_denied", "no token has the right to reload; start the server with --reload-token-file"
            )
        raise ServingError("permission_denied", "the bearer token has no right to reload")


def _read(path: str) -> list[str]:
    if not path:
        return []
    try:
        lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is no UTF-8 text: {error.reason} at byte {error.start}") from None
    tokens = [line for line in lines if line and not line.startswith("#")]
    if not tokens:
        raise SettingsError(f"{path} has no token; expected one on each line")
    return tokens


def _bearer(authorization: str | bytes | None) -> bytes:
    """Take the token out of a header; empty where there is none. The scheme's case does not count."""
    if not authorization:
        return b""
    data = authorization.encode("utf-8", "surrogateescape") if isinstance(authorization, str) else authorization
    scheme, _, token = data.strip().partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else b""


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _has(tokens: list[bytes], digest: bytes) -> bool:
    found = False
    for each in tokens:
        found |= hmac.compare_digest(each, digest)
    return found
