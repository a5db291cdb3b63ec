"""The one place that chooses how the drive is shown on this system, and which faces a host runs beside."""

import sys
from collections.abc import Callable

from musfuse_fuse.options import FuseOptions
from musfuse_grpc.options import GrpcOptions
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
    faces = list[Face]()
    listen = config[MetricsOptions].listen
    if listen:
        from musfuse_metrics.face import MetricsFace

        faces.append(MetricsFace(listen))
    if config[OtelOptions].endpoint:
        from musfuse_otel.face import OtelFace

        faces.append(OtelFace(config[OtelOptions], state.path))
    if config[GrpcOptions].enabled:
        faces.append(grpc_face(config, state))
    return faces


def grpc_face(config: Config, state: StateFolder) -> Face:
    """gRPC, which is a process of its own."""
    from musfuse_grpc.face import GrpcFace

    return GrpcFace(config[GrpcOptions], state.path, state.tokens)


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
