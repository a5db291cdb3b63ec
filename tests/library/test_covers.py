"""Covers of folders: taken out of originals once, made smaller once, and shown only where they can be."""

import io
from pathlib import Path

import pytest
import sound
from drive.albums import cover
from PIL import Image

from library.conftest import INSPECTORS, Desk
from musfuse.errors import NoEntryError, UnavailableError
from musfuse.library.catalog import Renditions, TrackRow
from musfuse.library.catalog.rows import dump_picture
from musfuse.library.covers import MEDIUM, THUMB, Cover, Covers
from musfuse.media.art.facts import describe_picture
from musfuse.model import Picture, Stamp
from musfuse.origins import LocalOrigin, MemoryOrigin, Traits
from musfuse.origins.traits import IndexWhen
from musfuse.store import KvNamespace, PictureStore

NONE = Picture("", 0, "")
"""A cover whose bytes were not looked at."""


@pytest.fixture
def covers(desk: Desk, origin: LocalOrigin) -> Covers:
    return Covers(desk.tracks, Renditions(desk.database), PictureStore(desk.store), INSPECTORS, lambda _: origin)


def kept(desk: Desk, data: bytes) -> Picture:
    """A picture beside the audio, as a scan keeps it."""
    found = describe_picture(data)
    assert found is not None
    desk.store.put(KvNamespace.ARTWORK, found.picture.digest, data)
    return found.picture


def embedded(desk: Desk, music: Path, origin: LocalOrigin, data: bytes) -> TrackRow:
    """A track whose original holds a picture that nobody has looked at."""
    sound.add_picture(sound.write(music / "1.wav", title="T"), data)
    desk.scan(origin)
    for key in list(desk.store.scan(KvNamespace.ARTWORK)):
        desk.store.delete(KvNamespace.ARTWORK, key)
    with desk.database.write() as db:
        db.execute("UPDATE item_tags SET picture = ?", (dump_picture(NONE),))
    row = desk.tracks.at(desk.source().uid, "1.wav", 0)
    assert row is not None
    return row


def bytes_of(covers: Covers, cover: Cover, longest: int) -> bytes:
    layout = covers.layout(cover, longest)
    data = layout.read_at(0, layout.size + 10)
    assert len(data) == layout.size
    return data


def test_a_picture_is_shown_as_it_is_and_in_two_sizes(desk: Desk, covers: Covers) -> None:
    shown = Cover(kept(desk, cover((900, 600))), 5)
    assert bytes_of(covers, shown, 0) == cover((900, 600))
    for longest, size in ((MEDIUM, (300, 200)), (THUMB, (150, 100))):
        with Image.open(io.BytesIO(bytes_of(covers, shown, longest))) as made:
            assert (made.size, made.format) == (size, "JPEG")
    assert covers.usable(shown) == shown


@pytest.mark.parametrize(("form", "same"), [("JPEG", True), ("PNG", True), ("GIF", False), ("WEBP", False)])
def test_what_players_may_not_show_is_made_a_jpeg(desk: Desk, covers: Covers, form: str, same: bool) -> None:
    data = cover((50, 40), form)
    shown = bytes_of(covers, Cover(kept(desk, data), 5), 0)
    assert (shown == data) is same
    with Image.open(io.BytesIO(shown)) as made:
        assert made.size == (50, 40)


def test_an_embedded_one_is_taken_out_once(desk: Desk, covers: Covers, music: Path, origin: LocalOrigin) -> None:
    row = embedded(desk, music, origin, cover((400, 400)))
    asked = Cover(NONE, 5, row.track.id)
    usable = covers.usable(asked)
    assert usable is not None
    assert (usable.track, usable.picture.width) == (row.track.id, 400)
    known = desk.tracks.track(row.track.id)
    assert known is not None
    assert known.track.picture == usable.picture
    (music / "1.wav").unlink()  # nothing reads it again
    assert bytes_of(covers, asked, 0) == cover((400, 400))


def test_one_that_the_cache_lost_is_taken_out_again(
    desk: Desk, covers: Covers, music: Path, origin: LocalOrigin
) -> None:
    row = embedded(desk, music, origin, cover((400, 400)))
    asked = Cover(NONE, 5, row.track.id)
    first = covers.usable(asked)
    assert first is not None
    desk.store.delete(KvNamespace.ARTWORK, first.picture.digest)
    again = Covers(desk.tracks, Renditions(desk.database), PictureStore(desk.store), INSPECTORS, lambda _: origin)
    assert bytes_of(again, asked, 0) == cover((400, 400))


def test_one_that_cannot_be_decoded_is_not_shown_and_not_asked_for_again(
    desk: Desk, covers: Covers, music: Path, origin: LocalOrigin
) -> None:
    row = embedded(desk, music, origin, cover((400, 400))[:2000])
    assert covers.usable(Cover(NONE, 5, row.track.id)) is None
    known = desk.tracks.track(row.track.id)
    assert known is not None
    assert known.track.picture is None
    for gone in (Cover(NONE, 5, 0), Cover(NONE, 5, 999)):
        assert covers.usable(gone) is None
        with pytest.raises(NoEntryError, match="is gone"):
            covers.layout(gone, 0)


class Away(MemoryOrigin):
    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        raise UnavailableError(f"{path}: the disk is unplugged")


def test_one_that_cannot_be_read_now_stays_listed_and_says_why_when_it_is_opened(
    desk: Desk, music: Path, origin: LocalOrigin
) -> None:
    row = embedded(desk, music, origin, cover((400, 400)))
    away = Covers(desk.tracks, Renditions(desk.database), PictureStore(desk.store), INSPECTORS, lambda _: Away("m"))
    asked = Cover(NONE, 5, row.track.id)
    assert away.usable(asked) == asked
    with pytest.raises(UnavailableError, match="unplugged"):
        away.layout(asked, 0)


def test_one_whose_bytes_are_lost_is_not_shown(desk: Desk, covers: Covers) -> None:
    lost = Cover(Picture("f" * 32, 100, "image/png"), 5)
    assert covers.usable(lost) is None
    for longest in (0, THUMB):
        with pytest.raises(NoEntryError, match="is lost"):
            covers.layout(lost, longest)


@pytest.mark.parametrize("form", ["JPEG", "GIF"])
def test_sizes_are_those_of_the_bytes_and_read_nothing_once_they_are_known(
    desk: Desk, covers: Covers, music: Path, origin: LocalOrigin, form: str
) -> None:
    asked = Cover(NONE, 5, embedded(desk, music, origin, cover((400, 400), form)).track.id)
    sizes = [covers.size(asked, longest) for longest in (0, MEDIUM, THUMB)]
    assert sizes == [len(bytes_of(covers, asked, longest)) for longest in (0, MEDIUM, THUMB)]
    away = Covers(desk.tracks, Renditions(desk.database), PictureStore(desk.store), INSPECTORS, lambda _: Away("m"))
    known = desk.tracks.track(asked.track)
    assert known is not None
    assert known.track.picture is not None
    if form == "JPEG":
        desk.store.delete(KvNamespace.ARTWORK, known.track.picture.digest)  # only its bytes need that
    assert [away.size(asked, longest) for longest in (0, MEDIUM, THUMB)] == sizes
    assert away.usable(asked) == Cover(known.track.picture, 5, asked.track)


@pytest.mark.parametrize("form", ["JPEG", "GIF"])
def test_one_that_is_made_ahead_is_kept_in_its_sizes_alone(
    desk: Desk, covers: Covers, music: Path, origin: LocalOrigin, form: str
) -> None:
    data = cover((400, 400), form)
    asked = Cover(NONE, 5, embedded(desk, music, origin, data).track.id)
    assert covers.make(asked)
    kept_keys = list(desk.store.scan(KvNamespace.ARTWORK))
    assert all("-" in key for key in kept_keys), kept_keys
    sizes = [covers.size(asked, longest) for longest in (0, MEDIUM, THUMB)]
    assert list(desk.store.scan(KvNamespace.ARTWORK)) == kept_keys
    assert [len(bytes_of(covers, asked, longest)) for longest in (0, MEDIUM, THUMB)] == sizes
    assert form == "GIF" or bytes_of(covers, asked, 0) == data


def test_one_that_cannot_be_decoded_is_not_made(desk: Desk, covers: Covers, music: Path, origin: LocalOrigin) -> None:
    assert not covers.make(Cover(NONE, 5, embedded(desk, music, origin, cover((400, 400))[:2000]).track.id))


class Lazy(MemoryOrigin):
    traits = Traits(index=IndexWhen.LAZY)


def test_one_that_is_not_known_of_an_original_that_is_read_on_demand_is_lazy(
    desk: Desk, covers: Covers, music: Path, origin: LocalOrigin
) -> None:
    asked = Cover(NONE, 5, embedded(desk, music, origin, cover((400, 400))).track.id)
    lazy = Covers(desk.tracks, Renditions(desk.database), PictureStore(desk.store), INSPECTORS, lambda _: Lazy("m"))
    assert (covers.is_lazy(asked), lazy.is_lazy(asked)) == (False, True)
    assert not lazy.is_lazy(Cover(kept(desk, cover((40, 40))), 5))
    covers.usable(asked)
    assert not lazy.is_lazy(asked)


def test_a_smaller_size_is_made_once_and_kept(desk: Desk, covers: Covers) -> None:
    shown = Cover(kept(desk, cover((900, 600))), 5)
    first = bytes_of(covers, shown, THUMB)
    digest = f"{shown.picture.digest}-{THUMB}"
    assert desk.store.get(KvNamespace.ARTWORK, digest) == first
    desk.store.delete(KvNamespace.ARTWORK, shown.picture.digest)  # what it was made of
    other = Covers(desk.tracks, Renditions(desk.database), PictureStore(desk.store), INSPECTORS, lambda _: Away("m"))
    assert bytes_of(other, shown, THUMB) == first
