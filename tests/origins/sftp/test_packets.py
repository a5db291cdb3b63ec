"""Packets of SFTP as they are written and read."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_support import examples

from musfuse.errors import MalformedError
from musfuse.model import Stamp
from musfuse.origins.sftp.packets import (
    MAX_PACKET,
    Facts,
    Kind,
    Packets,
    facts_of,
    for_reading,
    init,
    part,
    request,
    text,
    text_of,
)  # fmt: skip


def test_requests_are_as_the_draft_has_them() -> None:
    assert init() == bytes.fromhex("00000005 01 00000003")
    assert request(Kind.OPEN, 7, for_reading(b"/a")) == bytes.fromhex(
        "00000013 03 00000007 00000002 2f61 00000001 00000000"
    )
    assert request(Kind.READ, 8, text(b"h"), part(1 << 33, 5)) == bytes.fromhex(
        "00000016 05 00000008 00000001 68 0000000200000000 00000005"
    )


@settings(max_examples=examples(60))
@given(
    rests=st.lists(st.binary(max_size=300), max_size=5),
    bounds=st.lists(st.integers(0, 1500), max_size=8),
)
def test_a_stream_comes_apart_the_same_wherever_it_is_cut(rests: list[bytes], bounds: list[int]) -> None:
    stream = b"".join(request(Kind.DATA, number, rest) for number, rest in enumerate(rests))
    packets, found, at = Packets(), [], 0
    for end in [*sorted(bounds), len(stream)]:
        found += packets.take(stream[at:end])
        at = max(at, min(end, len(stream)))
    assert found == [(Kind.DATA, number, rest) for number, rest in enumerate(rests)]


@pytest.mark.parametrize("length", [0, 4, MAX_PACKET + 1, 0xFFFFFFFF])
def test_a_packet_of_an_impossible_length_is_not_waited_for(length: int) -> None:
    with pytest.raises(MalformedError):
        list(Packets().take(struct.pack(">IB", length, 103)))


def test_facts_are_told_or_none() -> None:
    stamp = Stamp(5, 9 * 10**9)
    times = struct.pack(">II", 1, 9)
    assert facts_of(struct.pack(">IQI", 13, 5, 0o100644) + times) == Facts(0o100644, stamp)
    assert facts_of(struct.pack(">IQIII", 15, 5, 0, 0, 0o100644) + times + b"more") == Facts(0o100644, stamp)
    assert facts_of(struct.pack(">IQ", 1, 5)) is None
    for raw in (b"", b"abc", struct.pack(">IQ", 13, 5)):
        with pytest.raises(MalformedError):
            facts_of(raw)


def test_a_string_is_all_that_an_answer_is() -> None:
    assert text_of(text(b"abc")) == b"abc"
    for raw in (b"", b"\0\0\0", b"\0\0\0\2a", b"\0\0\0\1ab"):
        with pytest.raises(MalformedError):
            text_of(raw)
