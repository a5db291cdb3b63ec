"""Options of gRPC. Nothing of gRPC is imported here."""

from dataclasses import dataclass

from musfuse.config.addresses import address_like
from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class GrpcOptions:
    """gRPC, for programs that steer musfuse or change tags."""

    enabled: bool = option(
        False, "serve gRPC on a socket that only this user can open, and at `listen` where that is set"
    )
    listen: str = option(
        "",
        "where gRPC is served over TCP, too, such as 0.0.0.0:50051; with TLS and a token in each call only",
        address_like("0.0.0.0:50051"),
    )
    certificate: str = option("", "file with the certificate of `listen`, and those above it (PEM)")
    key: str = option("", "file with its private key (PEM)")
    import_folder: str = option("", "folder whose tables of tags may be taken in by who comes over TCP; empty: none")
    drain_seconds: int = option(5, "how long calls that run may go on when it ends", at_least(0), "seconds")
    subscribers: int = option(1000, "streams of events at the same time", at_least(1), "streams")


GRPC = Section("grpc", GrpcOptions)
