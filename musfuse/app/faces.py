"""The one place that chooses how the drive is shown on this system."""

from musfuse.config import Config
from musfuse.drive.mounts import Face


def choose_face(config: Config) -> Face:
    """FUSE. Its module is imported here, late, because it needs libfuse."""
    from musfuse_fuse import FuseFace

    return FuseFace(config.fuse.binding, config.fuse.threads, config.fuse.allow_other)
