"""Plain ID3v2.3 and 2.4 tags, as nearly all files have them, read without a library: text, comments, lyrics, ids.

Nothing is guessed here. Whatever mutagen would have to make up its mind about (flags, unsynchronisation, doubled
frames, odd lengths, dates and genres that need a reading) is left to it, and so is everything that costs: a tag is
looked through once, in pieces of 64 KiB. What is read is what mutagen makes of the same tag (ID3v2.4 §4, ID3v2.3 §4).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from musfuse.media.tags.fields import ID3_FRAMES
from musfuse.media.tags.id3frames import syncsafe

_WINDOW = 64 << 10
_MAX_BODY = 16 << 10
_MAX_FRAMES = 200
_MAX_SEPARATORS = 64
_TEXT = frozenset(
    {
        "TALB", "TBPM", "TCMP", "TCOM", "TCON", "TCOP", "TENC", "TEXT", "TFLT", "TIT1", "TIT2", "TIT3", "TKEY", "TLAN",
        "TLEN", "TMED", "TMOO", "TOAL", "TOFN", "TOLY", "TOPE", "TOWN", "TPE1", "TPE2", "TPE3", "TPE4", "TPOS", "TPRO",
        "TPUB", "TRCK", "TRSN", "TRSO", "TSO2", "TSOA", "TSOC", "TSOP", "TSOT", "TSRC", "TSSE", "TSST",
    }
)  # fmt: skip
_DATES = frozenset({"TDEN", "TDOR", "TDRC", "TDRL", "TDTG"})
_IGNORED = frozenset(
    {
        "AENC", "APIC", "ASPI", "COMR", "ENCR", "EQU2", "ETCO", "GEOB", "GRID", "MCDI", "MLLT", "OWNE", "PCNT", "POPM",
        "POSS", "PRIV", "RBUF", "RVA2", "RVRB", "SEEK", "SIGN", "SYLT", "SYTC", "USER", "WCOM", "WCOP", "WOAF", "WOAR",
        "WOAS", "WORS", "WPAY", "WPUB", "WXXX",
    }
)  # fmt: skip
"""Frames that hold no text of the model."""
_READ = _TEXT | _DATES | {"TYER", "TXXX", "COMM", "USLT", "UFID"}
assert not _IGNORED & ID3_FRAMES.keys()
_DATE = re.compile(r"[1-9]\d{3}(?:-\d\d){0,2}", re.ASCII)
_YEAR = re.compile(r"[1-9]\d{3}", re.ASCII)
_GENRE = re.compile(r"(?!CR\Z|RX\Z)[^\W\d][^()\0]*")
_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class PlainFrame:
    """A frame, with the attributes that mutagen's have: `text` is a text where there can be but one."""

    FrameID: str
    text: Sequence[str] = ()
    desc: str = ""
    owner: str = ""
    data: bytes = b""

    @property
    def genres(self) -> Sequence[str]:
        """The text: only names of genres are plain."""
        return self.text


class PlainTag:
    """The frames of a tag as mutagen's ID3 gives them; `pictures` tells whether there are any."""

    def __init__(self, frames: Mapping[str, PlainFrame], pictures: bool) -> None:
        self._frames, self.pictures = frames, pictures

    def values(self) -> Iterator[PlainFrame]:
        """All frames, in order."""
        return iter(self._frames.values())

    def getall(self, name: str) -> list[PlainFrame]:
        """The frames with this id."""
        return [frame for frame in self._frames.values() if frame.FrameID == name]


def read_plain(reader: BinaryIO, end: int, last: bytes) -> PlainTag | None:
    """The tag at the beginning of a file, which ends at byte `end` (0: there is none), with what an ID3v1 tag adds that
    may stand at the end of `last`, the last bytes of the file. None where either is not plain."""
    frames: dict[str, PlainFrame] = {}
    version, pictures = 4, False
    if end:
        found = _frames(reader, end)
        if found is None:
            return None
        version, raw, pictures = found
        for name, body in raw:
            frame = _frame(name, body)
            if frame is None or (key := _key(frame, body)) in frames:
                return None
            frames[key] = frame
    if b"TAG" in last[-131:] and not (end and _add_v1(frames, version, last)):
        return None
    year = frames.pop("TYER", None)
    if year is not None:
        if len(year.text) != 1 or not _YEAR.fullmatch(year.text[0]):
            return None
        frames.setdefault("TDRC", PlainFrame("TDRC", year.text))
    return PlainTag(frames, pictures)


def _frames(reader: BinaryIO, end: int) -> tuple[int, list[tuple[str, bytes]], bool] | None:
    """The version of a tag, the bodies of its frames that count, and whether it has pictures."""
    reader.seek(0)
    window, base = reader.read(min(end, _WINDOW)), 0
    version = window[3]
    if version not in (3, 4) or window[5]:
        return None
    found: list[tuple[str, bytes]] = []
    pictures, at = False, 10
    for _ in range(_MAX_FRAMES):
        if at + 10 + _MAX_BODY > base + len(window) < end:
            reader.seek(at)
            window, base = reader.read(min(end - at, _WINDOW)), at
        head = window[at - base : at - base + 10]
        if not head.strip(b"\0"):
            return version, found, pictures
        length = syncsafe(head[4:8]) if version == 4 else int.from_bytes(head[4:8], "big")
        if len(head) < 10 or not head[:4].isalnum() or head[9] or (version == 4 and max(head[4:8]) > 0x7F):
            return None
        name = head[:4].decode("latin-1")
        if at + 10 + length > end or not length:
            return None
        if name in _READ:
            if length > _MAX_BODY:
                return None
            found.append((name, window[at + 10 - base : at + 10 - base + length]))
        elif name not in _IGNORED:
            return None
        pictures |= name == "APIC"
        at += 10 + length
    return None


def _frame(name: str, body: bytes) -> PlainFrame | None:
    if name == "UFID":
        owner, ended, data = body.partition(b"\0")
        return PlainFrame(name, owner=owner.decode("latin-1"), data=data) if ended else None
    if name in ("COMM", "USLT"):
        if len(body) < 5 or not body[1:4].isascii():
            return None
        body = body[:1] + body[4:]
    texts = _texts(body)
    if texts is None:
        return None
    if name in ("COMM", "USLT", "TXXX"):
        if len(texts) < 2:
            return None
        if name == "USLT":
            return PlainFrame(name, texts[1], texts[0]) if len(texts) == 2 else None
        return PlainFrame(name, texts[1:], texts[0])
    if name in _DATES and (len(texts) != 1 or not _DATE.fullmatch(texts[0])):
        return None
    if name == "TCON" and not all(map(_GENRE.fullmatch, texts)):
        return None
    return PlainFrame(name, texts)


def _key(frame: PlainFrame, body: bytes) -> str:
    """What only one frame of a tag may have."""
    language = body[1:4].decode("latin-1") if frame.FrameID in ("COMM", "USLT") else ""
    return ":".join(filter(None, (frame.FrameID, frame.desc or frame.owner, language)))


def _texts(raw: bytes) -> list[str] | None:
    """The values of a body that begins with their encoding (ID3v2.4 §4); None for what is not plain."""
    encoding, body = raw[0], raw[1:]
    try:
        if encoding == 1:
            return _wide_texts(body)
        text = body.decode({0: "latin-1", 3: "utf-8"}[encoding])
    except (KeyError, UnicodeDecodeError):
        return None
    if text.count("\0") > _MAX_SEPARATORS:
        return None
    texts = text.split("\0")
    if not texts[-1]:
        texts.pop()
    return texts


def _wide_texts(body: bytes) -> list[str] | None:
    """Values in UTF-16, each with a byte order mark of its own."""
    texts: list[str] = []
    while body:
        if body[:2] not in _BOMS or len(body) % 2 or len(texts) > _MAX_SEPARATORS:
            return None
        end = body.find(b"\0\0")
        while end % 2 and end >= 0:
            end = body.find(b"\0\0", end + 1)
        texts.append(body[: end if end >= 0 else len(body)].decode("utf-16"))
        body = body[end + 2 :] if end >= 0 else b""
    return texts


def _add_v1(frames: dict[str, PlainFrame], version: int, last: bytes) -> bool:
    """Add what an ID3v1 tag tells and the other one does not; False where that is not plain."""
    tag = last[-128:]
    if len(last) < 131 or last[-131:].find(b"TAG") != 3:
        return False
    comment, track = tag[97:127], 0
    if comment[-2] == 0:
        comment, track = comment[:-2], comment[-1]
    year = _v1_text(tag[93:97])
    if "TCON" not in frames and tag[127] != 255:
        return False
    for name, text in (("TIT2", tag[3:33]), ("TPE1", tag[33:63]), ("TALB", tag[63:93])):
        value = _v1_text(text)
        if value and name not in frames:
            frames[name] = PlainFrame(name, [value])
    date = "TYER" if version == 3 else "TDRC"
    if year and date not in frames:
        if not _YEAR.fullmatch(year):
            return False
        frames[date] = PlainFrame(date, [year])
    if value := _v1_text(comment):
        if any(key.startswith("COMM:ID3v1 Comment") for key in frames):
            return False
        frames["COMM:ID3v1 Comment:eng"] = PlainFrame("COMM", [value], "ID3v1 Comment")
    if track and "TRCK" not in frames:
        frames["TRCK"] = PlainFrame("TRCK", [str(track)])
    return True


def _v1_text(raw: bytes) -> str:
    return raw.split(b"\0")[0].strip().decode("latin-1")
