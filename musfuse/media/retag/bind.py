"""Pieces of a retagged file as segments of a layout."""

from collections.abc import Iterable

from musfuse.media.layout import Blob, Inline, Segment, SourceRange
from musfuse.media.retag.pieces import Kept, Piece
from musfuse.media.retag.renumber import OggPages
from musfuse.model import Picture, SourceFile
from musfuse.origins import Origin
from musfuse.store import PictureStore


def bind(pieces: Iterable[Piece], origin: Origin, file: SourceFile, pictures: PictureStore) -> list[Segment]:
    """One segment a piece."""
    return [_segment(piece, origin, file, pictures) for piece in pieces]


def _segment(piece: Piece, origin: Origin, file: SourceFile, pictures: PictureStore) -> Segment:
    if isinstance(piece, bytes):
        return Inline(piece)
    if isinstance(piece, Kept):
        return SourceRange(origin, file, piece.start, piece.length)
    if isinstance(piece, Picture):
        return Blob(pictures, piece.digest, piece.size)
    return OggPages(origin, file, piece.start, piece.length, piece.serial, piece.shift)
