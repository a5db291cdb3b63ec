"""What a file is, from its first bytes; its name is not asked."""

from typing import BinaryIO

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "flac"),
    (0, b"RIFF", "wav"),
    (0, b"RIFX", "wav"),
    (0, b"RF64", "rf64"),
    (0, b"riff\x2e\x91\xcf\x11", "w64"),
    (0, b"FORM", "aiff"),
    (0, b"caff", "caf"),
    (0, b".snd", "au"),
    (0, b"dns.", "au"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "mp4"),
    (4, b"moov", "mp4"),  # QuickTime files of before 2001 begin with one of these four
    (4, b"mdat", "mp4"),
    (4, b"wide", "mp4"),
    (4, b"free", "mp4"),
    (0, b"MAC ", "ape"),
    (0, b"wvpk", "wavpack"),
    (0, b"TTA1", "tta"),
    (0, b"TTA2", "tta"),
    (0, b"MPCK", "mpc"),
    (0, b"MP+", "mpc"),
    (0, b"DSD ", "dsf"),
    (0, b"FRM8", "dff"),
    (0, bytes.fromhex("3026b2758e66cf11"), "asf"),
    (0, b"tBaK", "tak"),
    (0, b"ajkg", "shorten"),
    (0, b"OFR ", "optimfrog"),
    (0, bytes.fromhex("1a45dfa3"), "matroska"),
    (0, b"\x0b\x77", "ac3"),
)
SPOKEN = {
    "flac": "FLAC", "wav": "WAV", "rf64": "RF64", "w64": "Wave64", "aiff": "AIFF", "caf": "CAF", "au": "AU",
    "ogg": "Ogg", "mp4": "MP4", "ape": "Monkey's Audio", "wavpack": "WavPack", "tta": "True Audio", "mpc": "Musepack",
    "dsf": "DSF", "dff": "DSDIFF", "asf": "WMA", "tak": "TAK", "shorten": "Shorten", "optimfrog": "OptimFROG",
    "matroska": "Matroska",
    "ac3": "AC-3", "aac": "AAC", "mpeg": "MPEG audio",
}  # fmt: skip
"""What people call a container."""
SNDFILE_CONTAINERS = frozenset({"wav", "rf64", "w64", "aiff", "caf", "au"})


def sniff(head: bytes) -> str:
    """The container that a file's first 12 bytes announce, or `""`. An ID3v2 tag in front is the caller's to skip."""
    for at, magic, name in _MAGIC:
        if head[at : at + len(magic)] == magic:
            if (name == "wav" and head[8:12] != b"WAVE") or (name == "aiff" and head[8:12] not in (b"AIFF", b"AIFC")):
                continue
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0x16 == 0x10 else "mpeg"
    return ""


def id3v2_length(head: bytes) -> int:
    """Bytes of an ID3v2 tag that a file begins with (ID3v2.4 §3.1), footer included; 0 where there is none."""
    if head[:3] != b"ID3" or len(head) < 10 or any(b & 0x80 for b in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[5] & 0x10 else 0)


def sniff_reader(reader: BinaryIO) -> tuple[str, int]:
    """The container of a file, `""` where it announces none, and where it begins: behind an ID3v2 tag in front."""
    reader.seek(0)
    head = reader.read(12)
    start = id3v2_length(head)
    if start:
        reader.seek(start)
        head = reader.read(12)
    return sniff(head), start
