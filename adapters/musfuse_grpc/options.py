"""Options of gRPC. Nothing of gRPC is imported here."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section

_PORTS = 65_535


def place(text: str) -> str:
    """HOST:PORT, an IPv6 address in brackets; port 0 is any that is free. Raises ValueError."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if (
        not bare
        or set(bare) & set("[]")
        or (":" in bare) != (bare != host)
        or not (port.isascii() and port.isdigit())
        or int(port) > _PORTS
    ):
        raise ValueError(text)
    return text


def _is_place(text: str) -> str | None:
    try:
        if text:
            place(text)
    except ValueError:
        return "must be an address and a port, such as 0.0.0.0:50051, or empty"
    return None


@dataclass(frozen=True, slots=True)
class GrpcOptions:
    """gRPC, for programs that steer musfuse or change tags."""

    enabled: bool = option(
        False, "serve gRPC on a socket that only this user can open, and at `listen` where that is set"
    )
    listen: str = option(
        "",
        "where gRPC is served over TCP, too, such as 0.0.0.0:50051; with TLS and a token in each call only",
        _is_place,
    )
    certificate: str = option("", "file with the certificate of `listen`, and those above it (PEM)")
    key: str = option("", "file with its private key (PEM)")
    import_folder: str = option("", "folder whose tables of tags may be taken in by who comes over TCP; empty: none")
    drain_seconds: int = option(5, "how long calls that run may go on when it ends", at_least(0), "seconds")
    subscribers: int = option(1000, "streams of events at the same time", at_least(1), "streams")


GRPC = Section("grpc", GrpcOptions)
