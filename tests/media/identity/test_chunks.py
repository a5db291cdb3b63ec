"""Samples count, and how they sound; no other chunk does, wherever it stands."""

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
import sound
import soundfile

from media.identity.hearing import heard, heard_in

FMT = struct.pack("<HHIIHH", 3, 2, 44_100, 352_800, 8, 32)
DATA = bytes(range(64))
LIST = b"INFOINAM" + struct.pack("<I", 4) + b"One\0"


def content(*parts: bytes) -> str:
    data = b"".join(parts)
    return f"enc:{hashlib.blake2b(data, digest_size=16).hexdigest()}:{len(data)}"


WANTED = content(FMT[2:8], FMT[14:16], DATA)


def chunk(
    name: bytes, body: bytes, layout: str = "<I", with_head: bool = False, align: int = 2, pad: bool = True
) -> bytes:
    head = len(name) + struct.calcsize(layout) if with_head else 0
    length = len(body) + head
    return name + struct.pack(layout, length) + body + (bytes(-length % align) if pad else b"")


def riff(*chunks: bytes, magic: bytes = b"RIFF") -> bytes:
    body = b"".join(chunks)
    return magic + struct.pack("<I", len(body) + 4) + b"WAVE" + body


FORMAT, SAMPLES = chunk(b"fmt ", FMT), chunk(b"data", DATA)
SHORT_TAG = chunk(b"LIST", LIST[:-1])
NO_PAD = chunk(b"LIST", LIST[:-1], pad=False)


@pytest.mark.parametrize(
    "data",
    [
        riff(FORMAT, SAMPLES), riff(FORMAT, chunk(b"LIST", LIST), SAMPLES), riff(FORMAT, SAMPLES, chunk(b"id3 ", bytes(501))),
        riff(chunk(b"JUNK", bytes(28)), FORMAT, SHORT_TAG, SAMPLES), riff(NO_PAD, FORMAT, SAMPLES), riff(FORMAT, NO_PAD, SAMPLES),
        riff(chunk(b"fmt ", FMT + struct.pack("<HHI", 22, 32, 3) + bytes(16)), SAMPLES), riff(FORMAT, SAMPLES) + b"TAG" + bytes(125),
        riff(chunk(b"ds64", struct.pack("<QQQ", 0, 64, 8) + bytes(4)), FORMAT, b"data\xff\xff\xff\xff" + DATA, SHORT_TAG, magic=b"RF64"),
        riff(FORMAT, b"data\xff\xff\xff\xff" + DATA), riff(FORMAT, b"data\0\0\1\0" + DATA),
    ],
)  # fmt: skip
def test_wav(data: bytes) -> None:
    assert heard_in(data) == WANTED


@pytest.mark.parametrize("at", [2, 4, 14])
def test_channels_rate_and_bits_count(at: int) -> None:
    other = bytearray(FMT)
    other[at] ^= 1
    assert heard_in(riff(chunk(b"fmt ", bytes(other)), SAMPLES)) not in (WANTED, None)


@pytest.mark.parametrize(
    "data",
    [
        riff(FORMAT), riff(FORMAT, chunk(b"data", b"")), riff(), b"RIFF", riff(FORMAT, b"\1\2\3\4" + bytes(99), SAMPLES),
        b"FORM\0\0\0\4AIFF", b"caff\0\1\0\0", b"FRM8" + bytes(12), b"DSD \x1c" + bytes(23), b".snd", b".snd" + bytes(40),
        b".snd" + struct.pack(">5I", 1000, 4, 3, 44_100, 2) + bytes(50), b"DSD " + struct.pack("<Q", 5) + bytes(50),
    ],
)  # fmt: skip
def test_no_samples(data: bytes) -> None:
    assert heard_in(data) is None


def test_wave64() -> None:
    rest = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    head = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + struct.pack("<Q", 999) + b"wave" + rest
    parts = [chunk(b"fmt " + rest, FMT, "<Q", True, 8), chunk(b"list" + rest, b"tag", "<Q", True, 8)]
    assert heard_in(head + b"".join(parts) + chunk(b"data" + rest, DATA, "<Q", True, 8)) == WANTED


def test_big_endian_riff() -> None:
    fmt = struct.pack(">HHIIHH", 3, 2, 44_100, 352_800, 8, 32)
    body = chunk(b"fmt ", fmt, ">I") + chunk(b"LIST", b"abc", ">I") + chunk(b"data", DATA, ">I")
    assert heard_in(b"RIFX" + struct.pack(">I", 999) + b"WAVE" + body) == content(fmt[2:8], fmt[14:16], DATA)


def test_dsdiff() -> None:
    tag, data = chunk(b"ID3 ", b"ID3", ">Q"), chunk(b"DSD ", DATA, ">Q")
    head = b"FRM8" + struct.pack(">Q", 999) + b"DSD " + chunk(b"FVER", b"\1\5\0\0", ">Q")
    assert heard_in(head + data) == heard_in(head + data + tag) == heard_in(head + tag + data) == content(DATA)
    assert heard_in(head + chunk(b"DST ", DATA, ">Q")) == content(DATA)


def test_dsf() -> None:
    fmt = struct.pack("<IIIIIIQII", 1, 0, 2, 2, 2_822_400, 1, 256, 4096, 0)

    def made(tag: bytes) -> bytes:
        head = b"DSD " + struct.pack("<QQQ", 28, 999, 999 if tag else 0)
        return head + chunk(b"fmt ", fmt, "<Q", True, 1) + chunk(b"data", DATA, "<Q", True, 1) + tag

    assert heard_in(made(b"")) == heard_in(made(b"ID3\4" + bytes(500))) == content(fmt[12:24], DATA)


@pytest.mark.parametrize("order", [">", "<"])
def test_au(order: str) -> None:
    magic = b".snd" if order == ">" else b"dns."
    facts = struct.pack(f"{order}III", 6, 44_100, 2)

    def made(note: bytes, length: int = len(DATA)) -> bytes:
        return magic + struct.pack(f"{order}II", 24 + len(note), length) + facts + note + DATA

    assert heard_in(made(b"")) == heard_in(made(b"a note")) == heard_in(made(b"", 0xFFFF_FFFF)) == content(facts, DATA)


@pytest.mark.parametrize("name", ["a.aiff", "a.caf"])
def test_soundfile_s_tags_do_not_count(tmp_path: Path, name: str) -> None:
    samples = np.random.default_rng(3).normal(0, 0.1, (4000, 2))
    found = set()
    for title in ("", "One", "Another title"):
        with soundfile.SoundFile(tmp_path / name, "w", 44_100, 2, "FLOAT") as out:
            if title:
                out.title = title
            out.write(samples)
        found.add(heard(tmp_path / name))
    assert len(found - {None}) == 1
    assert heard(sound.write(tmp_path / name)) not in found
