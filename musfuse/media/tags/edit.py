"""What a file's tags are to become: the whole set, and which fields differ from what the original carries."""

from dataclasses import dataclass

from musfuse.media.tags.fields import linked
from musfuse.model import ArtKind, Picture, TagSet


@dataclass(frozen=True, slots=True)
class TagEdit:
    """`tags` is all that the served file is to say; only the fields in `changed` differ from the original's own tags,
    so that everything else there can stay as it is, byte for byte. `pictures` take the place of the original's of the
    kinds in `replaced`.

    `id3` is the minor version of ID3v2 to write (3 or 4), `padding` the step in bytes by which headers grow.
    """

    tags: TagSet
    changed: frozenset[str]
    pictures: tuple[Picture, ...] = ()
    replaced: frozenset[ArtKind] = frozenset()
    id3: int = 4
    padding: int = 8192

    def touches(self, field: str) -> bool:
        """Whether what the original says of a field is not to be kept."""
        return field in self.changed

    def drops_picture(self, kind: int) -> bool:
        """Whether an original's picture of this type (RFC 9639 §8.8) is not to be kept."""
        return ArtKind.of(kind) in self.replaced

    def fresh(self, everything: bool = False) -> TagSet:
        """The fields to write: those that changed, or all of them where the original has no tag of this kind."""
        return self.tags if everything else TagSet({n: v for n, v in self.tags.items() if n in self.changed})


def make_edit(
    before: TagSet,
    after: TagSet,
    pictures: tuple[Picture, ...] | None = None,
    id3: int = 4,
    padding: int = 8192,
) -> TagEdit:
    """The edit that turns the tags `before` into `after`; `pictures` replace all there are, None leaves them."""
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    replaced = frozenset(ArtKind) if pictures is not None else frozenset()
    return TagEdit(after, linked(changed), pictures or (), replaced, id3, padding)


_MAX_ROOM = 16 << 20
"""Bytes of room that a header keeps, such as a picture leaves that was taken away: they are made here, in memory."""


def grown(need: int, old: int, step: int) -> int:
    """Bytes that a header of at least `need` gets where the original's took `old`: the same where that is enough, else
    as many steps more as it takes. So a usual retag moves nothing, and a second one of the same file neither. A header
    that is far larger than any picture makes it becomes small."""
    if need <= old <= need + _MAX_ROOM:
        return old
    step = max(1, step)
    if need < old:
        return need + step
    return old + -(-(need - old) // step) * step
