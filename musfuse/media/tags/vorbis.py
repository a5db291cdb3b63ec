"""Vorbis comments (https://xiph.org/vorbis/doc/v-comment.html, RFC 9639 §8.6, RFC 7845 §5.2): read raw, edit, write."""

import base64
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from musfuse.errors import MalformedError, UnsupportedError
from musfuse.media.tags.bounds import check_comments
from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.fields import field_name
from musfuse.model import Picture, TagSet

MAX_BLOCK = (1 << 24) - 1
ROOM = MAX_BLOCK - 4096
"""Bytes for the entries of a block that is written anew."""
VENDOR = b"musfuse"
_PICTURE = b"METADATA_BLOCK_PICTURE="
_OLD_PICTURES = frozenset({"coverart", "coverartmime", "coverartdescription", "coverarttype"})


@dataclass(frozen=True, slots=True)
class Comments:
    """A comment header: the vendor, and `NAME=value` entries as they stand."""

    vendor: bytes
    entries: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """The block without a framing bit."""
        return _counted(self.vendor) + struct.pack("<I", len(self.entries)) + b"".join(map(_counted, self.entries))


def parse_comments(body: bytes) -> Comments:
    """Read a block; raises MalformedError where a count reaches past its end. What follows the entries is not read."""
    vendor, at = _take(body, 0)
    if at + 4 > len(body):
        raise MalformedError("a comment header without comments")
    (count,) = struct.unpack_from("<I", body, at)
    at += 4
    if count > (len(body) - at) // 4:
        raise MalformedError(f"a comment header of {len(body)} bytes claims {count} comments")
    check_comments(count)
    entries = []
    for _ in range(count):
        entry, at = _take(body, at)
        entries.append(entry)
    return Comments(vendor, tuple(entries))


def split_comments(body: bytes) -> tuple[list[bytes], bool]:
    """The entries of a block, as far as they fit it; and whether all did. Raises ExcessiveError."""
    at = 4 + int.from_bytes(body[:4], "little")
    count = int.from_bytes(body[at : at + 4], "little")
    at += 4
    entries: list[bytes] = []
    while len(entries) < count and at + 4 <= len(body):
        end = at + 4 + int.from_bytes(body[at : at + 4], "little")
        if end > len(body):
            break
        entries.append(body[at + 4 : end])
        check_comments(len(entries))
        at = end
    return entries, len(entries) == count and at <= len(body)


def edit_comments(
    old: Comments | None, edit: TagEdit, load: Callable[[Picture], bytes] | None = None, room: int = MAX_BLOCK
) -> Comments:
    """The comments after an edit: entries of other fields stay as they are, the fields that changed follow.

    Where `load` is given, pictures are comments too (as in Ogg). Pictures that make the block larger than `room` bytes
    are left out, and so are entries where there is no `old`. Raises UnsupportedError where its entries leave no room.
    """
    kept = [e for e in old.entries if _stays(e, edit, load is not None)] if old else []
    fresh = list(entries_of(edit.fresh(everything=old is None)))
    pictures = [] if load is None else [picture_entry(p, load(p)) for p in edit.pictures]
    vendor = old.vendor if old else VENDOR
    room -= len(vendor) + 8
    entries = []
    for entry in (*kept, *fresh, *pictures):
        if len(entry) + 4 <= room:
            room -= len(entry) + 4
            entries.append(entry)
        elif old and len(entries) < len(kept) + len(fresh):
            raise UnsupportedError("its own tags and those that were set are more than the 16 MiB that it can carry")
    return Comments(vendor, tuple(entries))


def entries_of(tags: TagSet) -> Iterable[bytes]:
    """Every value as NAME=value; names lose the characters that are not allowed in them."""
    for name, values in tags.items():
        key = "".join(c for c in name.upper() if " " <= c <= "}" and c != "=").encode()
        yield from (key + b"=" + value.encode("utf-8", "replace") for value in values if key)


def entries_size(tags: Mapping[str, Sequence[str]]) -> int:
    """The bytes that values by field take in a block."""
    return sum(4 + len(entry) for entry in entries_of(TagSet(tags)))


def vorbis_comment(tags: TagSet, room: int = ROOM) -> bytes:
    """A VORBIS_COMMENT block (RFC 9639 §8.6) of these tags; what does not fit `room` bytes is left out."""
    return edit_comments(None, TagEdit(tags, frozenset()), room=room).to_bytes()


def picture_front(picture: Picture) -> bytes:
    """A PICTURE block (RFC 9639 §8.8) up to the picture's own bytes."""
    mime, description = picture.mime.encode("ascii", "replace"), picture.description.encode("utf-8", "replace")
    return (
        struct.pack(">II", picture.kind, len(mime)) + mime + struct.pack(">I", len(description)) + description
        + struct.pack(">IIIII", picture.width, picture.height, picture.depth, 0, picture.size)
    )  # fmt: skip


def fitting(pictures: Sequence[Picture]) -> list[Picture]:
    """The pictures that a PICTURE block can hold (16 MiB)."""
    return [p for p in pictures if len(picture_front(p)) + p.size <= MAX_BLOCK]


def picture_entry(picture: Picture, data: bytes) -> bytes:
    """A picture as a comment, with its bytes."""
    return _PICTURE + base64.b64encode(picture_front(picture) + data)


def picture_entry_length(picture: Picture) -> int:
    """The bytes of the comment that `picture_entry` makes."""
    return len(_PICTURE) + 4 * -(-(len(picture_front(picture)) + picture.size) // 3)


def _picture_kind(entry: bytes) -> int:
    """The type of the picture in a METADATA_BLOCK_PICTURE comment, 3 where it cannot be told."""
    try:
        return int.from_bytes(base64.b64decode(entry.partition(b"=")[2][:8])[:4], "big")
    except ValueError:
        return 3


def _stays(entry: bytes, edit: TagEdit, with_pictures: bool) -> bool:
    name = field_name(entry.partition(b"=")[0].decode("ascii", "replace"))
    if name == "metadata_block_picture":
        return not with_pictures or not edit.drops_picture(_picture_kind(entry))
    if name in _OLD_PICTURES:
        return not with_pictures or not edit.drops_picture(3)
    return not edit.touches(name)


def _take(body: bytes, at: int) -> tuple[bytes, int]:
    end = at + 4
    if end > len(body):
        raise MalformedError("a comment header that is cut short")
    end += int.from_bytes(body[at : at + 4], "little")
    if end > len(body):
        raise MalformedError("a comment reaches past the end of its header")
    return body[at + 4 : end], end


def _counted(raw: bytes) -> bytes:
    return struct.pack("<I", len(raw)) + raw
