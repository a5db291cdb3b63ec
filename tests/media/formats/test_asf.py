"""Data packets of WMA count, whatever stands in front of and behind them."""

import hashlib
import struct

import pytest

from media.identity.hearing import heard_in

HEADER, DATA, INDEX = (
    bytes.fromhex(guid)
    for guid in (
        "3026b2758e66cf11a6d900aa0062ce6c",
        "3626b2758e66cf11a6d900aa0062ce6c",
        "90080033b1e5cf1189f400a0c90349cb",
    )
)
PACKETS = bytes(range(200))
WANTED = f"enc:{hashlib.blake2b(PACKETS, digest_size=16).hexdigest()}:200"


def made(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<Q", 24 + len(body)) + body


def test_header_file_id_and_indexes_do_not_count() -> None:
    for header in (b"", bytes(1000)):
        for file_id in (bytes(26), b"x" * 26):
            for behind in (b"", made(INDEX, bytes(99))):
                assert heard_in(made(HEADER, header) + made(DATA, file_id + PACKETS) + behind) == WANTED


@pytest.mark.parametrize("length", [0, 1 << 40, (1 << 64) - 1])
def test_a_length_that_is_not_told_or_too_large(length: int) -> None:
    assert heard_in(made(HEADER, b"") + DATA + struct.pack("<Q", length) + bytes(26) + PACKETS) == WANTED


@pytest.mark.parametrize(
    "data",
    [
        made(HEADER, b""), made(HEADER, b"") + made(DATA, bytes(26)), HEADER + struct.pack("<Q", 3) + made(DATA, bytes(90)),
        HEADER + b"\xff" * 8 + made(DATA, bytes(90)), made(HEADER, b"") * 2000 + made(DATA, bytes(90)),
        made(HEADER, b"") + DATA + struct.pack("<Q", 30),
    ],
)  # fmt: skip
def test_no_packets(data: bytes) -> None:
    assert heard_in(data) is None
