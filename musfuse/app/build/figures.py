"""What counts the calls of the drives, where the configuration wants figures; else nothing of it is loaded."""

from typing import TYPE_CHECKING

from musfuse_metrics.options import MetricsOptions
from musfuse_otel.options import OtelOptions

from musfuse.config import Config

if TYPE_CHECKING:
    from musfuse.metrics import Recorder


def build_recorder(config: Config) -> "Recorder | None":
    """A recorder of one library, None where nobody wants its figures."""
    options = config[MetricsOptions]
    if not (options.listen or options.record or config[OtelOptions].endpoint):
        return None
    from musfuse.metrics import Recorder

    return Recorder()
