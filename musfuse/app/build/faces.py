"""The one place that chooses how the drive is shown on this system, and which faces a host runs beside."""

import sys
from collections.abc import Callable

from musfuse_fuse.options import FuseOptions
from musfuse_grpc.options import GrpcOptions
from musfuse_http.options import HttpOptions
from musfuse_metrics.options import MetricsOptions
from musfuse_otel.options import OtelOptions
from musfuse_winfsp.options import WinFspOptions

from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.drive.mounts import Mounter
from musfuse.service.face import Face

MakeFace = Callable[[Config], Face]
"""Makes a face that a host runs from its start to its end."""


def watching_faces(config: Config, state: StateFolder) -> list[Face]:
    """Those for who watches over the library, or steers it, which are there beside all others. What HTTP or gRPC need
    is loaded where they are wanted."""
    made = (make(config, state) for make in (metrics_face, otel_face, grpc_face))
    return [face for face in made if face is not None]


def metrics_face(config: Config, state: StateFolder) -> Face | None:
    """The page of figures, where it is wanted."""
    del state
    listen = config[MetricsOptions].listen
    if not listen:
        return None
    from musfuse_metrics.face import MetricsFace

    return MetricsFace(listen)


def otel_face(config: Config, state: StateFolder) -> Face | None:
    """Figures for a collector of OpenTelemetry, where one is named."""
    if not config[OtelOptions].endpoint:
        return None
    from musfuse_otel.face import OtelFace

    return OtelFace(config[OtelOptions], state.path)


def grpc_face(config: Config, state: StateFolder) -> Face | None:
    """gRPC, which is a process of its own, where it is wanted."""
    if not config[GrpcOptions].enabled:
        return None
    from musfuse_grpc.face import GrpcFace

    return GrpcFace(config[GrpcOptions], state.path, state.tokens)


def http_face(config: Config, state: StateFolder) -> Face:
    """HTTP, on a thread of the host that serves it."""
    from musfuse_http.face import HttpFace

    return HttpFace(config[HttpOptions], state.path)


def choose_mounter(config: Config) -> Mounter:
    """WinFsp on Windows, FUSE elsewhere. Imported here, late, because they need what may not be installed."""
    if sys.platform == "win32":
        from musfuse_winfsp.mount import WinFspFace

        windows = config[WinFspOptions]
        return WinFspFace(windows.label, threads=windows.threads)
    from musfuse_fuse.mount import FuseFace

    options = config[FuseOptions]
    return FuseFace(
        options.binding, options.threads, options.allow_other, options.cache_seconds,
        keeps_mac_files=options.mac_files == "keep",
    )  # fmt: skip
