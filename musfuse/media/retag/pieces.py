"""What a retagged file is made of, before it is bound to an origin."""

from collections.abc import Iterable
from dataclasses import dataclass

from musfuse.media.tags.id3 import OldBody, Part
from musfuse.model import Picture


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes [start, start + length) of the original."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class RenumberedPages:
    """Ogg pages of the original, bytes [start, start + length), whose sequence numbers rise by `shift`."""

    start: int
    length: int
    serial: int
    shift: int


Piece = bytes | Kept | Picture | RenumberedPages
"""A Picture stands for its bytes."""


def piece_length(piece: Piece) -> int:
    """How many bytes a piece has."""
    if isinstance(piece, bytes):
        return len(piece)
    return piece.size if isinstance(piece, Picture) else piece.length


def total(pieces: Iterable[Piece]) -> int:
    """Bytes of these pieces."""
    return sum(map(piece_length, pieces))


def from_parts(parts: Iterable[Part]) -> list[Piece]:
    """The parts of an ID3 tag as pieces."""
    return [Kept(p.start, p.length) if isinstance(p, OldBody) else p for p in parts]


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces of the same bytes in as few pieces as can be, none of them empty."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if not piece_length(piece):
            continue
        if isinstance(piece, bytes) and isinstance(last, bytes):
            found[-1] = last + piece
        elif isinstance(piece, Kept) and isinstance(last, Kept) and last.start + last.length == piece.start:
            found[-1] = Kept(last.start, last.length + piece.length)
        else:
            found.append(piece)
    return found
