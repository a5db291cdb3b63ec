"""The one place that chooses how the drive is shown on this system."""

import sys

from musfuse.config import Config
from musfuse.drive.mounts import Face


def choose_face(config: Config) -> Face:
    """WinFsp on Windows, FUSE elsewhere. Imported here, late, because they need what may not be installed."""
    if sys.platform == "win32":
        from musfuse_winfsp import WinFspFace

        return WinFspFace(config.winfsp.label)
    from musfuse_fuse import FuseFace

    return FuseFace(config.fuse.binding, config.fuse.threads, config.fuse.allow_other)
