"""Looking into originals and pictures in worker processes: foreign bytes are parsed there, within bounds."""

from musfuse.media.inspecting.pool import InspectPool

__all__ = ["InspectPool"]
