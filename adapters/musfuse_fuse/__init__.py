"""The FUSE face: fusepy-style callbacks to drive calls, errors to errno. It knows nothing of formats."""

from musfuse_fuse.mount import FuseFace, FuseMount

__all__ = ["FuseFace", "FuseMount"]
