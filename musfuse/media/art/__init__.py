"""Pictures: those in originals, those beside them, and smaller ones made of either."""

from musfuse.media.art.facts import (
    MAX_PICTURE,
    MAX_PIXELS,
    NOT_USED,
    ExtractedPicture,
    describe_picture,
    picture_digest,
    refusal,
)
from musfuse.media.art.port import CoverExtractor
from musfuse.media.art.scale import scaled_jpeg

__all__ = [
    "MAX_PICTURE", "MAX_PIXELS", "NOT_USED", "CoverExtractor", "ExtractedPicture", "describe_picture",
    "picture_digest", "refusal", "scaled_jpeg",
]  # fmt: skip
