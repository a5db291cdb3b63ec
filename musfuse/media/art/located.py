"""Pictures that were found in an original."""

from dataclasses import dataclass
from typing import BinaryIO

from musfuse.media.art.facts import sniff_picture
from musfuse.model import Picture


@dataclass(frozen=True, slots=True)
class Located:
    """A picture at bytes [start, start + length) of its file, of a type as RFC 9639 §8.8 has it."""

    kind: int
    description: str
    start: int
    length: int

    def read(self, reader: BinaryIO) -> bytes:
        reader.seek(self.start)
        return reader.read(self.length)

    def facts(self, reader: BinaryIO) -> Picture | None:
        """What can be told of the picture by its first bytes, with an empty digest; None where it is no picture."""
        reader.seek(self.start)
        mime = sniff_picture(reader.read(min(self.length, 16)))
        return Picture("", self.length, mime, self.kind, self.description) if mime else None


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A picture that does not lie in its file as it is: it was compressed or unsynchronised."""

    kind: int
    description: str
    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)

    def read(self, reader: BinaryIO) -> bytes:
        del reader
        return self.data

    def facts(self, reader: BinaryIO) -> Picture | None:
        """As Located.facts; nothing is read for it."""
        del reader
        mime = sniff_picture(self.data)
        return Picture("", len(self.data), mime, self.kind, self.description[:1000]) if mime else None
