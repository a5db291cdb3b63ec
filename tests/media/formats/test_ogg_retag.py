"""Ogg streams planned with other comments: pages are whole and numbered without gaps, audio stays, other streams are refused."""

import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.formats.flac.retag import block_head
from musfuse.media.formats.ogg.retag import plan_ogg
from musfuse.media.retag.oggpages import FIRST, LAST, checksum, lacing_of, lay_out, make_page, read_page, renumbered
from musfuse.media.retag.pieces import Kept, Piece, RenumberedPages
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.media.tags.vorbis import edit_comments
from musfuse.model import ArtKind, Picture, TagSet

OLD = TagSet({"title": ["Old"]})
EDIT = make_edit(OLD, TagSet({"title": ["New"]}))
COMMENTS = edit_comments(None, make_edit(TagSet(), OLD)).to_bytes()
OPUS = b"OpusHead\1\2\x38\1\x80\xbb\0\0\0\0\0"
VORBIS = b"\1vorbis" + bytes(23)
FLAC = b"\x7fFLAC\1\0\0\2fLaC" + bytes(38)
SETUP = b"\5vorbis" + bytes(range(256)) * 3
SEEK, PICTURE = block_head(3, 18) + bytes(18), block_head(6, 40) + (3).to_bytes(4, "big") + bytes(36)
STREAMS = {
    OPUS: [b"OpusTags" + COMMENTS],
    VORBIS: [b"\3vorbis" + COMMENTS + b"\1", SETUP],
    FLAC: [block_head(4, len(COMMENTS)) + COMMENTS, SEEK, bytes((PICTURE[0] | 0x80,)) + PICTURE[1:]],
}
AUDIO = [b"\xff" + bytes((n,)) * 700 for n in range(5)]


def stream(first: bytes, headers: list[bytes] | None = None, serial: int = 7) -> bytes:
    """A stream of this kind, each of its audio packets on a page of its own."""
    packets = STREAMS[first] if headers is None else headers
    pages = -(-len(lacing_of(packets)) // 255)
    front = make_page(FIRST, 0, serial, 0, lacing_of([first]), first) + lay_out(packets, serial, 1, pages)
    audio = (
        make_page(LAST if n == len(AUDIO) - 1 else 0, 960 * (n + 1), serial, pages + 1 + n, lacing_of([each]), each)
        for n, each in enumerate(AUDIO)
    )
    return front + b"".join(audio)


def retagged(data: bytes, edit: TagEdit = EDIT, picture: bytes = b"") -> bytes:
    return written(plan_ogg(io.BytesIO(data), len(data), edit, lambda _: picture), data)


def written(pieces: Iterable[Piece], data: bytes) -> bytes:
    """The bytes of the planned file."""
    made = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            made += piece
            continue
        assert isinstance(piece, Kept | RenumberedPages)
        kept, at = data[piece.start : piece.start + piece.length], 0
        while isinstance(piece, RenumberedPages) and at < len(kept):
            end = read_page(io.BytesIO(kept), at, len(kept)).end
            kept = kept[:at] + renumbered(kept[at:end], piece.shift) + kept[end:]
            at = end
        made += kept
    return made


def packets_of(data: bytes) -> list[bytes]:
    """All packets of a stream whose pages are whole, right and numbered one after the other."""
    found, packet, at, number = [], b"", 0, 0
    while at < len(data):
        page = read_page(io.BytesIO(data), at, len(data))
        raw = data[at : page.end]
        assert checksum(raw[:22] + bytes(4) + raw[26:]) == int.from_bytes(raw[22:26], "little")
        assert page.sequence == number
        taken = at + page.head
        for value in page.lacing:
            packet += data[taken : taken + value]
            taken += value
            if value < 255:
                found.append(packet)
                packet = b""
        at, number = page.end, number + 1
    return found


@pytest.mark.parametrize("first", STREAMS, ids=["opus", "vorbis", "flac"])
@given(length=st.integers(1, 200_000), padding=st.sampled_from([1, 4096, 8192]))
def test_comments_of_any_length_leave_whole_pages_and_the_same_audio(first: bytes, length: int, padding: int) -> None:
    edit = make_edit(OLD, TagSet({"title": ["N" * length]}), padding=padding)
    data = stream(first)
    found = packets_of(retagged(data, edit))
    assert found[-len(AUDIO) :] == AUDIO
    assert b"N" * length in found[1]
    assert b"N" * (length + 1) not in found[1]
    assert b"Old" not in b"".join(found)
    if first == VORBIS:
        assert (found[0], found[2]) == (VORBIS, SETUP)


@pytest.mark.parametrize("first", STREAMS, ids=["opus", "vorbis", "flac"])
def test_a_second_edit_moves_no_audio(first: bytes) -> None:
    once = retagged(stream(first), make_edit(OLD, TagSet({"title": ["N" * 300]})))
    twice = retagged(once, make_edit(OLD, TagSet({"title": ["Z" * 200]})))
    assert abs(len(twice) - len(once)) <= 1
    assert packets_of(twice)[-len(AUDIO) :] == AUDIO
    tail = sum(len(each) + len(lacing_of([each])) + 27 for each in AUDIO)
    assert twice[-tail:] == once[-tail:]


def test_blocks_of_flac_are_counted_and_the_last_is_marked() -> None:
    found = packets_of(retagged(stream(FLAC)))
    first, headers = found[0], found[1 : -len(AUDIO)]
    assert int.from_bytes(first[7:9], "big") == len(headers)
    assert first[:7] + first[9:] == FLAC[:7] + FLAC[9:]
    assert [each[0] & 0x80 for each in headers] == [0] * (len(headers) - 1) + [0x80]
    assert [int.from_bytes(each[1:4], "big") for each in headers] == [len(each) - 4 for each in headers]
    assert [each[0] & 0x7F for each in headers] == [4, 3, 6, 1]
    assert headers[1:3] == [SEEK, PICTURE]


def test_pictures_of_flac_that_are_replaced_go_into_the_comments() -> None:
    edit = TagEdit(OLD, frozenset(), (Picture("d", 5, "image/png"),), frozenset(ArtKind))
    headers = packets_of(retagged(stream(FLAC), edit, b"\x89PNG\r"))[1 : -len(AUDIO)]
    assert [each[0] & 0x7F for each in headers] == [4, 3, 1]
    assert b"METADATA_BLOCK_PICTURE=" in headers[0].upper()


def test_a_page_whose_checksum_was_wrong_stays_wrong() -> None:
    data = stream(OPUS)
    damaged = data[:-1] + bytes((data[-1] ^ 1,))
    made = retagged(damaged, make_edit(OLD, TagSet({"title": ["N" * 100_000]})))
    last = 27 + len(lacing_of(AUDIO[-1:])) + len(AUDIO[-1])
    assert packets_of(made[:-last])[-4:] == AUDIO[:-1]
    raw = made[-last:]
    assert int.from_bytes(raw[18:22], "little") > int.from_bytes(data[-last:][18:22], "little")
    assert checksum(raw[:22] + bytes(4) + raw[26:]) != int.from_bytes(raw[22:26], "little")
    assert raw.endswith(damaged[-len(AUDIO[-1]) :])


def _foreign_page(data: bytes) -> bytes:
    end = read_page(io.BytesIO(data), 0, len(data)).end
    return data[:end] + make_page(FIRST, 0, 9, 0, lacing_of([b"theora"]), b"theora") + data[end:]


def _audio_among_headers() -> bytes:
    front = make_page(FIRST, 0, 7, 0, lacing_of([OPUS]), OPUS)
    return front + lay_out([*STREAMS[OPUS], AUDIO[0]], 7, 1, 1)


WHOLE = stream(OPUS)
REFUSED = {
    "does not begin a stream": make_page(0, 0, 7, 0, lacing_of([OPUS]), OPUS) + WHOLE[47:],
    "not Vorbis, Opus or FLAC": make_page(FIRST, 0, 7, 0, lacing_of([b"Speex   "]), b"Speex   ") + WHOLE[47:],
    "multiplexed": _foreign_page(WHOLE),
    "chained": WHOLE + stream(OPUS, serial=8),
    "audio begins on a page of its headers": _audio_among_headers(),
    "second packet is not a comment header": stream(OPUS, [b"OpusTigs" + COMMENTS]),
    "headers do not end": make_page(FIRST, 0, 7, 0, lacing_of([OPUS]), OPUS)
    + b"".join(make_page(0, -1, 7, 1 + n, b"\xff", bytes(255)) for n in range(4100)),
    "no whole Ogg page": WHOLE[:80],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_one_whole_stream_is_refused(reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        retagged(REFUSED[reason])


@pytest.mark.parametrize("headers", [[b""], [block_head(3, 4, last=True) + bytes(4)]])
def test_flac_whose_comments_do_not_come_first_is_refused(headers: list[bytes]) -> None:
    with pytest.raises(MalformedError, match="second packet is not a comment header"):
        retagged(stream(FLAC, headers))


def test_headers_without_bounds_are_refused_before_they_fill_the_memory() -> None:
    """Pages as large as they can be, more than any picture needs."""
    body = bytes(255 * 255)
    pages = (make_page(0, -1, 7, 1 + n, b"\xff" * 255, body) for n in range(1040))
    with pytest.raises(MalformedError, match="larger than 64 MiB"):
        retagged(make_page(FIRST, 0, 7, 0, lacing_of([OPUS]), OPUS) + b"".join(pages))
