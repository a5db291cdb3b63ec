"""Which tags and pictures a rendition carries."""

import io
from pathlib import Path

import pytest
import sound
from PIL import Image
from sound import FORMATS

from media.conftest import Studio
from musfuse.errors import MediaError
from musfuse.media.art.facts import describe_picture
from musfuse.media.embedded import EmbeddedCovers
from musfuse.media.rendition_tags import RenditionTags
from musfuse.model import ArtKind, Picture, Track
from musfuse.store import KvNamespace, PictureStore


class Room:
    """A studio with pictures in its store."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.pictures = studio, PictureStore(studio.store)

    def picture(self, size: int, kind: int = 3, form: str = "PNG") -> Picture:
        made = describe_picture(sound.picture(size, form), kind)
        assert made is not None
        self.studio.store.put(KvNamespace.ARTWORK, made.picture.digest, made.data)
        return made.picture

    def tags(self, **options: object) -> RenditionTags:
        return RenditionTags(FORMATS, self.pictures, EmbeddedCovers(FORMATS), **options)  # type: ignore[arg-type]


@pytest.fixture
def room(studio: Studio) -> Room:
    return Room(studio)


def track(room: Room, music: Path, own: bool = False, **more: object) -> Track:
    from dataclasses import replace

    path = sound.write(music / "a.mp3", 9000, title="One")
    if own:
        sound.add_picture(path, sound.picture(90))
    return replace(room.studio.track("a.mp3", "original", index=False, title="One"), **more)  # type: ignore[arg-type]


def test_what_is_set_comes_before_the_originals_cover_and_that_before_one_beside_it(room: Room, music: Path) -> None:
    front, back, beside = room.picture(20), room.picture(21, 4), room.picture(22)
    made, own = room.tags(), track(room, music, own=True, folder_picture=beside)
    assert [p.width for p in made.pictures(own)] == [90]
    assert [p.width for p in made.pictures(track(room, music, folder_picture=beside))] == [22]
    art = ((ArtKind.FRONT, (front,)), (ArtKind.BACK, (back,)))
    changed = track(room, music, own=True, art=art)
    assert [p.width for p in made.pictures(changed)] == [20, 21]
    assert [p.width for p in made.base_pictures(changed)] == [90]
    assert list(made.pictures(track(room, music, own=True, art=((ArtKind.FRONT, ()),)))) == []


@pytest.mark.parametrize(("embed", "made", "kept"), [("made", [22], []), ("always", [22], [22]), ("never", [], [])])
def test_where_covers_are_put_in(room: Room, music: Path, embed: str, made: list[int], kept: list[int]) -> None:
    tags, one = room.tags(embed=embed), track(room, music, folder_picture=room.picture(22))
    assert [p.width for p in tags.pictures(one)] == made
    edit = tags.edit(one, room.studio.origin)
    assert [p.width for p in edit.pictures] == kept
    assert bool(edit.replaced) is bool(kept)


def test_a_picture_that_is_too_large_is_made_smaller_once(room: Room, music: Path) -> None:
    tags, one = room.tags(max_pixels=30), track(room, music, own=True)
    (small,) = tags.pictures(one)
    assert (small.width, small.height, small.mime, small.kind) == (30, 30, "image/jpeg", 3)
    data = tags.load(small)
    assert Image.open(io.BytesIO(data)).size == (30, 30)
    assert len(data) == small.size
    assert list(room.tags(max_pixels=30).pictures(one)) == [small]
    edit = tags.edit(one, room.studio.origin)
    assert [p.digest for p in edit.pictures] == [small.digest]
    assert not room.tags(max_pixels=90).edit(one, room.studio.origin).pictures


def test_a_format_whose_readers_know_no_png_gets_a_jpeg(room: Room, music: Path) -> None:
    from dataclasses import replace

    one = track(room, music, art=((ArtKind.FRONT, (room.picture(20, form="GIF"),)),))
    m4a = replace(one, format=replace(one.format, container="mp4"))
    types = {p.mime for p in room.tags().edit(m4a, room.studio.origin).pictures}
    assert types == {"image/jpeg"}
    assert {p.mime for p in room.tags().edit(one, room.studio.origin).pictures} == {"image/gif"}


def test_a_picture_that_is_lost_is_told_how_it_comes_back(room: Room) -> None:
    with pytest.raises(MediaError, match="lost from the cache; `musfuse scan --all` restores it"):
        room.tags().load(Picture("no such digest", 5, "image/png"))


def test_a_picture_that_cannot_be_made_smaller_is_served_as_it_is(room: Room, music: Path) -> None:
    broken = Picture("broken", 9, "image/png", 3, "", 5000, 5000)
    room.studio.store.put(KvNamespace.ARTWORK, "broken", b"no picture")
    one = track(room, music, art=((ArtKind.FRONT, (broken,)),))
    assert list(room.tags(max_pixels=30).pictures(one)) == [broken]


def test_what_sizes_depend_on_is_in_the_token(room: Room) -> None:
    tokens = {
        room.tags(**options).token()
        for options in ({}, {"embed": "never"}, {"max_pixels": 9}, {"id3": 3}, {"padding": 1})
    }
    assert len(tokens) == 5
