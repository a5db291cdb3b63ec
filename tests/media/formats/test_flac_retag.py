"""FLAC planned with other tags: the reference tools take it, its other blocks stay, damage is refused."""

import io
import subprocess
from pathlib import Path

import pytest
import sound
from tests_support import needs_program

from media.formats.reading import assembled
from musfuse.errors import MalformedError
from musfuse.media.formats.flac.retag import block_head, padding, picture_blocks, plan_flac
from musfuse.media.retag.pieces import total
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.media.tags.vorbis import MAX_BLOCK
from musfuse.model import ArtKind, Picture, TagSet

EDIT = make_edit(TagSet({"title": ["Old"]}), TagSet({"title": ["New"], "artist": ["A", "B"]}))
PADDING, APPLICATION, PICTURE = 1, 2, 6


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A FLAC with a title."""
    return sound.write(tmp_path_factory.mktemp("plain") / "a.flac", 4410, title="Old").read_bytes()


def retagged(data: bytes, edit: TagEdit = EDIT) -> bytes:
    return assembled(plan_flac(io.BytesIO(data), len(data), edit), data, lambda _: sound.picture())


def blocks(data: bytes) -> list[tuple[int, bytes]]:
    """(kind, body) of each metadata block."""
    at, found = 4, []
    while True:
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        found.append((data[at] & 0x7F, data[at + 4 : at + 4 + length]))
        at += 4 + length
        if data[at - length - 4] & 0x80:
            return found


def with_blocks(data: bytes, *more: bytes) -> bytes:
    """The file with these blocks behind its STREAMINFO."""
    return data[:42] + b"".join(more) + data[42:]


def block(kind: int, body: bytes) -> bytes:
    return block_head(kind, len(body)) + body


def test_the_reference_tools_read_what_was_set_and_the_same_audio(plain: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(retagged(plain))
    sound.flac_test(path)
    argv = [needs_program("metaflac"), "--no-utf8-convert", "--export-tags-to=-", str(path)]
    shown = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert sorted(shown.splitlines()) == ["ARTIST=A", "ARTIST=B", "TITLE=New"]


def test_blocks_of_other_kinds_stay_and_old_padding_goes(plain: bytes) -> None:
    own = (APPLICATION, b"test" + bytes(range(50)))
    made = blocks(retagged(with_blocks(plain, block(PADDING, b"\0" * 777), block(*own))))
    assert made[0] == blocks(plain)[0]
    assert own in made
    assert (PADDING, bytes(777)) not in made
    assert made[-1][0] == PADDING


def test_pictures_stay_unless_their_kind_is_replaced(plain: bytes) -> None:
    front, back = ((PICTURE, kind.to_bytes(4, "big") + bytes(28)) for kind in (3, 4))
    data = with_blocks(plain, block(*front), block(*back))
    assert [each for each in blocks(retagged(data)) if each[0] == PICTURE] == [front, back]
    new = Picture("d", len(sound.picture()), "image/png", 3, "Frönt", 32, 32, 24)
    edit = TagEdit(EDIT.tags, EDIT.changed, (new,), frozenset({ArtKind.of(3)}))
    kept, added = (body for kind, body in blocks(retagged(data, edit)) if kind == PICTURE)
    assert kept == back[1]
    assert added.endswith(sound.picture())
    assert "Frönt".encode() in added


def test_a_picture_that_no_block_can_hold_is_left_out() -> None:
    assert picture_blocks((Picture("d", MAX_BLOCK, "image/png"),)) == []
    front, picture = picture_blocks((Picture("d", MAX_BLOCK - 41, "image/png"),))
    assert isinstance(front, bytes)
    assert front[:4] == b"\x06\xff\xff\xff"
    assert picture == Picture("d", MAX_BLOCK - 41, "image/png")


def test_tags_around_the_stream_are_left_out(plain: bytes) -> None:
    bare = retagged(plain)
    assert retagged(plain + b"TAG" + bytes(125)) == bare
    made = retagged(b"ID3\4\0\0\0\0\0\5" + bytes(5) + plain)
    assert made.startswith(b"fLaC")
    assert (blocks(made), made[-3000:]) == (blocks(bare), bare[-3000:])


@pytest.mark.parametrize(
    ("used", "old", "step", "expected"),
    [(100, 200, 8, 200), (196, 200, 8, 200), (197, 200, 8, 208), (100, 0, 1000, 1000), (0, 4, 8, 4)],
)
def test_padding_fills_the_room_that_the_old_header_took(used: int, old: int, step: int, expected: int) -> None:
    (last,) = padding(used, old, step)
    assert isinstance(last, bytes)
    assert used + len(last) == expected
    assert last == bytes((0x80 | PADDING,)) + (len(last) - 4).to_bytes(3, "big") + bytes(len(last) - 4)


@pytest.mark.parametrize("more", [0, 1, 3, 4, 5, 100])
def test_padding_that_one_block_cannot_hold_takes_several(more: int) -> None:
    made = padding(0, 0, 4 + MAX_BLOCK + more)
    assert total(made) == 4 + MAX_BLOCK + more
    found = blocks(b"fLaC" + b"".join(piece for piece in made if isinstance(piece, bytes)))
    assert len(found) == (2 if more else 1)
    assert all(kind == PADDING and not any(body) for kind, body in found)


def test_metadata_that_cannot_be_read_is_refused(plain: bytes) -> None:
    start = next(at for at in range(42, len(plain)) if plain[at : at + 2] == b"\xff\xf8")
    damaged = {
        "no fLaC marker": b"OggS" + plain[4:],
        "reaches past the end": plain[:43] + b"\xff\xff\xff" + plain[46:],
        "first metadata block is not STREAMINFO": b"fLaC\2" + plain[5:],
        "do not end": plain[:4] + block(APPLICATION, b"") * 8192 + plain[4:],
        "no frame follows": plain[:start] + b"\0" + plain[start:],
    }
    for reason, data in damaged.items():
        with pytest.raises(MalformedError, match=reason):
            retagged(data)
    with pytest.raises(MalformedError, match="reaches past the end"):
        retagged(plain[:45])


def test_a_stream_without_a_frame_keeps_its_header(plain: bytes) -> None:
    start = next(at for at in range(42, len(plain)) if plain[at : at + 2] == b"\xff\xf8")
    assert blocks(retagged(plain[:start])) == blocks(retagged(plain))
