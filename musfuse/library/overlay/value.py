"""An overlay: for each field what each source says of it, and which fields are locked.

A field is one of TagSet's, or `art:front`, `art:back`, `art:other`, whose values are pictures as JSON. No value at all
(an empty tuple) says that the field is to be absent.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from musfuse.errors import StoreError
from musfuse.model import ArtKind, Picture, SourceFile, TagSet, TagSource, path_of, path_text

ART = "art:"
ALL_FIELDS = "*"
_FORMAT = 1

Slots = Mapping[TagSource, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Overlay:
    """`fields` holds the slots of each field, `locks` the fields that no refresh may change (`*`: all of them)."""

    fields: Mapping[str, Slots] = field(default_factory=dict)
    locks: frozenset[str] = frozenset()
    edited_ns: int = 0

    def is_locked(self, name: str) -> bool:
        """Whether only the user may change a field."""
        return name in self.locks or ALL_FIELDS in self.locks

    def said(self, name: str) -> tuple[TagSource, tuple[str, ...]] | None:
        """The strongest source of a field and its values; None where nobody says anything."""
        slots = self.fields.get(name)
        if not slots:
            return None
        source = max(slots, key=lambda s: s.rank)
        return source, slots[source]

    def art(self) -> tuple[tuple[ArtKind, tuple[Picture, ...]], ...]:
        """The pictures that are set, by kind; an empty tuple for a kind whose pictures were taken away."""
        found = []
        for kind in ArtKind:
            said = self.said(ART + kind)
            if said is not None:
                found.append((kind, tuple(Picture(**json.loads(value)) for value in said[1])))
        return tuple(found)

    def to_bytes(self) -> bytes:
        """The overlay as JSON, as `from_bytes` reads it."""
        fields = {name: {source.value: list(v) for source, v in slots.items()} for name, slots in self.fields.items()}
        value = {"format": _FORMAT, "fields": fields, "locks": sorted(self.locks), "edited_ns": self.edited_ns}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Overlay":
        """Raises StoreError where the value is of a newer kind or no overlay."""
        try:
            value = json.loads(data)
            if value["format"] > _FORMAT:
                raise StoreError("user.db holds an overlay of a newer musfuse; update musfuse")
            fields = {
                str(name): {TagSource(source): tuple(map(str, values)) for source, values in slots.items()}
                for name, slots in value["fields"].items()
            }
            return cls(fields, frozenset(value["locks"]), int(value["edited_ns"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"user.db holds an overlay that cannot be read: {error}") from error


def merge(embedded: TagSet, overlay: Overlay) -> TagSet:
    """The tags that are served: for each field the strongest source's values."""
    fields: dict[str, Iterable[str]] = dict(embedded)
    for name in overlay.fields:
        said = overlay.said(name)
        if said is None or name.startswith(ART):
            continue
        if said[1]:
            fields[name] = said[1]
        else:
            fields.pop(name, None)
    return TagSet(fields)


def picture_value(picture: Picture) -> str:
    """A picture as the value of an art field."""
    return json.dumps(asdict(picture), sort_keys=True)


def overlay_key(file: SourceFile, part: int) -> str:
    """The key of a track's overlay: source and path of its original, and the number of its part (0: all of it).

    ASCII, so that any name can be stored; a folder's tracks have a common prefix.
    """
    return f"{folder_key(file.source_uid, file.path)}#{part}"


def folder_key(source_uid: str, path: str) -> str:
    """What the keys of a path of a source begin with."""
    return f"{source_uid}/{path_text(path)}"


def split_key(key: str) -> tuple[str, str, int]:
    """Source uid, path and part of a key."""
    place, _, part = key.rpartition("#")
    uid, _, path = place.partition("/")
    return uid, path_of(path), int(part)
