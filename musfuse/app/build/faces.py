"""The one place that chooses how the drive is shown on this system, and which faces a host runs beside."""

import sys
from collections.abc import Callable

from musfuse.config import Config
from musfuse.drive.mounts import Mounter
from musfuse.service.face import Face

MakeFace = Callable[[Config], Face]
"""Makes a face that a host runs from its start to its end."""


def choose_mounter(config: Config) -> Mounter:
    """WinFsp on Windows, FUSE elsewhere. Imported here, late, because they need what may not be installed."""
    if sys.platform == "win32":
        from musfuse_winfsp import WinFspFace

        return WinFspFace(config.winfsp.label)
    from musfuse_fuse import FuseFace

    return FuseFace(config.fuse.binding, config.fuse.threads, config.fuse.allow_other)
