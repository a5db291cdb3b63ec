"""APEv2 tags (https://wiki.hydrogenaud.io/index.php?title=APEv2_specification): split, edited, written."""

import struct
from dataclasses import dataclass

from musfuse.errors import MalformedError
from musfuse.media.tags.bounds import check_entries
from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.fields import PAIRS, TOTALS, field_name
from musfuse.model import Picture, TagSet

PREAMBLE = b"APETAGEX"
_HAS_HEADER, _IS_HEADER, _KIND = 1 << 31, 1 << 29, 0b110
_NAMES = {
    "albumartist": "Album Artist", "date": "Year", "tracknumber": "Track", "discnumber": "Disc", "title": "Title",
    "artist": "Artist", "album": "Album", "genre": "Genre", "composer": "Composer", "comment": "Comment",
    "lyrics": "Lyrics", "copyright": "Copyright", "compilation": "Compilation", "label": "Label",
    "lyricist": "Lyricist",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it stands; `flags` bits 1 and 2 tell text (0) from binary (1) and links (2)."""

    key: bytes
    flags: int
    value: bytes


def parse_items(tag: bytes) -> list[Item]:
    """Items of a whole tag, with or without header; raises MalformedError where they do not fit it."""
    footer = tag[-32:]
    if len(tag) < 32 or footer[:8] != PREAMBLE:
        raise MalformedError("an APEv2 tag without a footer")
    _, length, count, _ = struct.unpack_from("<4I", footer, 8)
    at, end = len(tag) - length, len(tag) - 32
    if at not in (0, 32) or (at and tag[:8] != PREAMBLE):
        raise MalformedError("an APEv2 tag larger than it can be")
    check_entries(count, "APEv2 items")
    items = []
    for _ in range(count):
        if at + 8 > end:
            raise MalformedError("an APEv2 tag that is cut short")
        size, flags = struct.unpack_from("<II", tag, at)
        stop = tag.find(b"\0", at + 8, min(end, at + 8 + 256))
        if stop < 0 or stop + 1 + size > end:
            raise MalformedError("an APEv2 item reaches past its tag")
        items.append(Item(tag[at + 8 : stop], flags, tag[stop + 1 : stop + 1 + size]))
        at = stop + 1 + size
    if at != end:
        raise MalformedError(f"an APEv2 tag with {end - at} bytes that are no item; its size may be damaged")
    return items


def edit_items(old: list[Item] | None, edit: TagEdit, covers: tuple[tuple[Picture, bytes], ...] = ()) -> list[Item]:
    """Items after an edit: those of other fields stay, the fields that changed follow."""
    kept = [item for item in old or [] if _stays(item, edit)]
    fresh = edit.fresh(everything=old is None)
    made = [Item(name.encode(), 0, "\0".join(values).encode("utf-8", "replace")) for name, values in _texts(fresh)]
    for picture, data in covers:
        name = "Cover Art (Front)" if picture.kind == 3 else f"Cover Art ({'Back' if picture.kind == 4 else 'Other'})"
        suffix = {"image/png": "png", "image/gif": "gif", "image/bmp": "bmp"}.get(picture.mime, "jpg")
        made.append(Item(name.encode(), 1 << 1, b"cover." + suffix.encode() + b"\0" + data))
    return kept + made


def render_items(items: list[Item]) -> bytes:
    """A whole tag with header and footer; nothing where there is no item."""
    if not items:
        return b""
    body = b"".join(struct.pack("<II", len(i.value), i.flags) + i.key + b"\0" + i.value for i in items)
    facts = struct.pack("<3I", 2000, len(body) + 32, len(items))
    header = PREAMBLE + facts + struct.pack("<I", _HAS_HEADER | _IS_HEADER) + bytes(8)
    return header + body + PREAMBLE + facts + struct.pack("<I", _HAS_HEADER) + bytes(8)


def _texts(fields: TagSet) -> list[tuple[str, list[str]]]:
    found = []
    for name, values in fields.items():
        if name in TOTALS:
            if TOTALS[name] not in fields:
                found.append((_NAMES[TOTALS[name]], [f"/{values[0]}"]))
            continue
        texts = list(values)
        total = fields.first(PAIRS[name]) if name in PAIRS else None
        if total:
            texts[0] = f"{texts[0]}/{total}"
        found.append((_NAMES.get(name, name.upper()), texts))
    return found


def _stays(item: Item, edit: TagEdit) -> bool:
    name = item.key.decode("utf-8", "replace")
    if name.lower().startswith("cover art"):
        kind = 3 if "front" in name.lower() else 4 if "back" in name.lower() else 17
        return not edit.drops_picture(kind)
    return bool(item.flags & _KIND) or not edit.touches(field_name(name))
