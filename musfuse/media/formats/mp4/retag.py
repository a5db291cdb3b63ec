"""M4A with other tags: `moov` is ours as far as `ilst` and chunk offsets go; `mdat` stays, wherever it lies.

ISO/IEC 14496-12; the metadata boxes are those of QuickTime and iTunes. A `free` box behind `moov` takes what room there
is, so that offsets change only when that is not enough.
"""

from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.containers.boxes import Box, boxes, child
from musfuse.media.formats.mp4.atoms import OFFSETS, box_head, chunk_offsets, make_box
from musfuse.media.retag.pieces import Kept, Piece, piece_length, total
from musfuse.media.tags.edit import TagEdit, grown
from musfuse.media.tags.ilst import PICTURE_TYPES, cover_front, field_of, new_items, stays

_HANDLER = make_box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
_MAX_ITEM = 1 << 20


def plan_mp4(reader: BinaryIO, size: int, edit: TagEdit) -> list[Piece]:
    """Pieces of the served file. Raises MalformedError for fragmented files and for what cannot be read."""
    top = list(boxes(reader, 0, size))
    if any(box.kind in (b"moof", b"mvex", b"sidx") for box in top):
        raise MalformedError("it is a fragmented MP4")
    moov = next((box for box in top if box.kind == b"moov"), None)
    if moov is None:
        raise MalformedError("it has no moov box")
    if child(reader, moov, b"mvex"):
        raise MalformedError("it is a fragmented MP4")
    room_end = moov.end
    for box in top[top.index(moov) + 1 :]:
        if box.kind not in (b"free", b"skip"):
            break
        room_end = box.end
    _check_chunks(reader, moov, room_end)
    old = room_end - moov.start
    plan = _Plan(reader, edit, room_end)
    body = plan.moov(moov, 0)
    need = total(body) + 8
    length = need if need == old else grown(need + 8, old, edit.padding)
    shift = length - old
    if shift:
        body = plan.moov(moov, shift)
    room = length - need
    free: list[Piece] = [make_box(b"free", bytes(room - 8))] if room else []
    return [Kept(0, moov.start), box_head(b"moov", total(body)), *body, *free, Kept(room_end, size - room_end)]


def _check_chunks(reader: BinaryIO, moov: Box, room_end: int) -> None:
    """A box whose size is damaged may hold audio, which must not go with the room behind `moov`."""
    for trak in (box for box in boxes(reader, moov.body, moov.end) if box.kind == b"trak"):
        table: Box | None = trak
        for kind in (b"mdia", b"minf", b"stbl"):
            table = child(reader, table, kind) if table else None
        for box in boxes(reader, table.body, table.end) if table else ():
            if box.kind in (b"stco", b"co64"):
                _, offsets = chunk_offsets(reader, box)
                if ((offsets >= moov.start) & (offsets < room_end)).any():
                    raise MalformedError("its audio seems to lie within its metadata, which may be damaged")


class _Plan:
    """Walks `moov`; chunk offsets at or behind byte `edge` of the original move by a shift."""

    def __init__(self, reader: BinaryIO, edit: TagEdit, edge: int) -> None:
        self._reader, self._edit, self._edge = reader, edit, edge

    def moov(self, moov: Box, shift: int) -> list[Piece]:
        """The pieces of the new body of `moov`."""
        pieces: list[Piece] = []
        tagged = False
        for box in boxes(self._reader, moov.body, moov.end):
            if box.kind == b"trak":
                pieces += self._moved(box, (b"mdia", b"minf", b"stbl"), shift)
            elif box.kind == b"udta" and not tagged:
                tagged = True
                pieces += self._wrap(b"udta", self._udta(box))
            else:
                pieces.append(Kept(box.start, box.end - box.start))
        return pieces if tagged else pieces + self._wrap(b"udta", self._udta(None))

    def _moved(self, box: Box, path: tuple[bytes, ...], shift: int) -> list[Piece]:
        """A box whose chunk offsets, somewhere down the path, move."""
        if not shift:
            return [Kept(box.start, box.end - box.start)]
        pieces: list[Piece] = [Kept(box.start, box.head)]
        for inner in boxes(self._reader, box.body, box.end):
            if path and inner.kind == path[0]:
                pieces += self._moved(inner, path[1:], shift)
            elif not path and inner.kind in (b"stco", b"co64"):
                pieces += [Kept(inner.start, inner.head), self._offsets(inner, shift)]
            elif not path and inner.kind == b"saio":
                raise MalformedError("it is encrypted")
            else:
                pieces.append(Kept(inner.start, inner.end - inner.start))
        return pieces

    def _offsets(self, box: Box, shift: int) -> bytes:
        import numpy as np

        raw, offsets = chunk_offsets(self._reader, box)
        moved = np.where(offsets >= self._edge, offsets + np.uint64(shift % (1 << 64)), offsets)
        if box.kind == b"stco" and len(moved) and int(moved.max()) >= 1 << 32:
            raise MalformedError("its chunk offsets would not fit 32 bits any more")
        made = moved.astype(OFFSETS[box.kind]).tobytes()
        return raw[:8] + made + raw[8 + len(made) :]

    def _udta(self, box: Box | None) -> list[Piece]:
        pieces: list[Piece] = []
        tagged = False
        for inner in boxes(self._reader, box.body, box.end) if box else ():
            if inner.kind == b"meta" and not tagged and self._is_itunes(inner):
                tagged = True
                pieces += self._wrap(b"meta", [bytes(4), *self._meta(inner)])
            else:
                pieces.append(Kept(inner.start, inner.end - inner.start))
        if not tagged:
            pieces += self._wrap(b"meta", [bytes(4), _HANDLER, *self._wrap(b"ilst", self._ilst(None))])
        return pieces

    def _is_itunes(self, meta: Box) -> bool:
        handler = child(self._reader, meta, b"hdlr", 4)
        if handler is None:
            return child(self._reader, meta, b"ilst", 4) is not None
        self._reader.seek(handler.body + 8)
        return self._reader.read(4) == b"mdir"

    def _meta(self, meta: Box) -> list[Piece]:
        pieces: list[Piece] = []
        tagged = False
        for inner in boxes(self._reader, meta.body + 4, meta.end):
            if inner.kind == b"ilst" and not tagged:
                tagged = True
                pieces += self._wrap(b"ilst", self._ilst(inner))
            elif inner.kind not in (b"free", b"skip"):
                pieces.append(Kept(inner.start, inner.end - inner.start))
        return pieces if tagged else pieces + self._wrap(b"ilst", self._ilst(None))

    def _ilst(self, ilst: Box | None) -> list[Piece]:
        pieces: list[Piece] = []
        for item in boxes(self._reader, ilst.body, ilst.end) if ilst else ():
            if stays(self._field(item), self._edit):
                pieces.append(Kept(item.start, item.end - item.start))
        pieces += new_items(self._edit.fresh(everything=ilst is None))
        covers: list[Piece] = []
        for picture in self._edit.pictures:
            # MP4 does not tell a front from a back: a back alone is not added to a front that stays.
            if picture.mime in PICTURE_TYPES and self._edit.drops_picture(3):
                covers += [cover_front(picture), picture]
        return pieces + (self._wrap(b"covr", covers) if covers else [])

    def _field(self, item: Box) -> str:
        if item.kind != b"----":
            return field_of(item.kind)
        found = {b"mean": b"", b"name": b""}
        for inner in boxes(self._reader, item.body, item.end):
            if inner.kind in found and inner.end - inner.start < _MAX_ITEM:
                self._reader.seek(inner.body + 4)
                found[inner.kind] = self._reader.read(max(0, inner.end - inner.body - 4))
        return field_of(item.kind, found[b"mean"], found[b"name"])

    @staticmethod
    def _wrap(kind: bytes, body: list[Piece]) -> list[Piece]:
        return [box_head(kind, sum(map(piece_length, body))), *body]
