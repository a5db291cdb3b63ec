"""ID3v2 tags as mutagen writes them, for tests that compare with it."""

import io
from typing import Any

from mutagen.id3 import ID3


def of_mutagen(*frames: Any, version: int = 4, padding: int = 0) -> bytes:
    """A tag of these frames with so many bytes of padding, and nothing behind it."""
    made, out = ID3(), io.BytesIO()
    for each in frames:
        made.add(each)
    if version == 3:
        made.update_to_v23()
    made.save(out, v1=0, v2_version=version, padding=lambda _: padding)
    return out.getvalue()
