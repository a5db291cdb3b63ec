"""Options of the metrics. Nothing of HTTP is imported here."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.addresses import address_like
from musfuse.config.option import option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class MetricsOptions:
    """Figures about a running musfuse, and its health."""

    listen: str = option(
        "", "where /metrics, /healthz and /readyz are served over HTTP, such as 127.0.0.1:9550; there is no password",
        address_like("127.0.0.1:9550"),
    )  # fmt: skip
    record: bool = option(False, "count and time the calls of the drive also without `listen`, for `musfuse metrics`")
    compat: Literal["none", "musicfs"] = option("none", "the same figures once more under the names of another program")


METRICS = Section("metrics", MetricsOptions)
