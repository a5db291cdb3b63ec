"""The ID3v2 tag in front of an MP3 that is made here."""

from collections.abc import Sequence

from musfuse.media.tags.edit import TagEdit, grown
from musfuse.media.tags.vorbis import fitting
from musfuse.model import Picture, TagSet


def id3_tag(
    tags: TagSet, pictures: Sequence[Picture], version: int, padding: int, room: int = 0
) -> list[bytes | Picture]:
    """The tag in version 2.3 or 2.4, in pieces: a Picture stands for its bytes. Too large ones are left out.

    It takes `room` bytes, or as many steps of `padding` more as it needs; without `room`, its own length and one step.
    Raises MalformedError where it is too large for a tag.
    """
    from musfuse.media.tags.id3 import OldBody, edit_tag, finish, parts_length

    front, parts = edit_tag(None, TagEdit(tags, frozenset(), tuple(fitting(pictures)), id3=version, padding=padding))
    used = 10 + parts_length(parts)
    total = grown(used, room, padding) if room else used + padding
    return [part for part in finish(front, parts, total) if not isinstance(part, OldBody)]


def tag_length(pieces: Sequence[bytes | Picture]) -> int:
    """How many bytes a tag has."""
    return sum(len(piece) if isinstance(piece, bytes) else piece.size for piece in pieces)
