"""Options of the metrics. Nothing of HTTP is imported here."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import option
from musfuse.config.sections import Section

_PORTS = 65_535


def place(text: str) -> tuple[str, int]:
    """HOST:PORT, an IPv6 address in brackets; port 0 is any that is free. Raises ValueError."""
    host, _, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        host = ""
    if not host or not port.isascii() or not port.isdigit() or int(port) > _PORTS:
        raise ValueError(text)
    return host, int(port)


def _is_place(text: str) -> str | None:
    try:
        if text:
            place(text)
    except ValueError:
        return "must be an address and a port, such as 127.0.0.1:9550, or empty"
    return None


@dataclass(frozen=True, slots=True)
class MetricsOptions:
    """Figures about a running musfuse, and its health."""

    listen: str = option(
        "", "where /metrics, /healthz and /readyz are served over HTTP, such as 127.0.0.1:9550; there is no password",
        _is_place,
    )  # fmt: skip
    record: bool = option(False, "count and time the calls of the drive also without `listen`, for `musfuse metrics`")
    compat: Literal["none", "musicfs"] = option("none", "the same figures once more under the names of another program")


METRICS = Section("metrics", MetricsOptions)
