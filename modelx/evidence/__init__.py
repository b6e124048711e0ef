"""What the fitted estimator itself answered, kept with the model, and replayed wherever it is loaded."""

from modelx.evidence.making import attach
from modelx.evidence.replay import check, replay

__all__ = ["attach", "check", "replay"]
