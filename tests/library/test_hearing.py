"""What items sound like, found out of indexes and of originals, when nothing else is to be done."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from media.identity.hearing import heard, told
from sound import FORMATS

from library.catalog.test_places import item_of
from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog.identities import Identities
from musfuse.library.hearing import Hearing
from musfuse.media.decoders import open_pcm
from musfuse.media.flac.build import build_index
from musfuse.media.flac.encoder import Encoder
from musfuse.media.transcoders import IndexStore
from musfuse.model import AudioFormat
from musfuse.origins import LocalOrigin, MemoryOrigin, Origin


def hearing(desk: Desk, origin: Origin, lossy: bool = True) -> Hearing:
    indexes = IndexStore(desk.store, Encoder(5))
    return Hearing(FORMATS, Identities(desk.database), desk.tracks, indexes, lambda _: origin, lossy=lossy)


def content(desk: Desk, path: str) -> str:
    row = desk.tracks.at(desk.source().uid, path, 0)
    assert row is not None
    return row.content


def nothing() -> None:
    pass


@pytest.fixture
def mp3(desk: Desk, music: Path, origin: LocalOrigin) -> Path:
    path = sound.write(music / "1.mp3", 100_000, title="T")
    desk.scan(origin)
    return path


def test_lossy_audio_is_read_once(desk: Desk, mp3: Path, origin: LocalOrigin) -> None:
    assert content(desk, "1.mp3") == ""
    assert hearing(desk, origin).run(nothing) == 1
    assert content(desk, "1.mp3") == heard(mp3)
    mp3.unlink()
    assert hearing(desk, origin).run(nothing) == 0


def test_lossy_audio_is_not_read_where_that_is_not_wished(desk: Desk, mp3: Path, origin: LocalOrigin) -> None:
    assert hearing(desk, origin, lossy=False).run(nothing) == 0
    assert content(desk, "1.mp3") == ""


def test_what_is_made_into_flac_is_heard_by_its_index_once_there_is_one(
    desk: Desk, music: Path, origin: LocalOrigin
) -> None:
    wav = sound.write(music / "1.wav", title="T")
    sound.convert(wav, music.parent / "1.flac")
    desk.scan(origin)
    assert hearing(desk, origin).run(nothing) == 0
    row = desk.tracks.track(item_of(desk, "1.wav"))
    assert row is not None
    track = row.track
    index = build_index(lambda: open_pcm(FORMATS, origin, track.file, track.format), Encoder(5), 1)
    IndexStore(desk.store, Encoder(5)).put(track, index)
    wav.unlink()  # it needs no read
    assert hearing(desk, origin).run(nothing) == 1
    assert content(desk, "1.wav") == told(music.parent / "1.flac")


def test_it_asks_before_each_piece_and_stops_soon(desk: Desk, mp3: Path, origin: LocalOrigin) -> None:
    asked = [0]

    def ask(then: Callable[[], None]) -> Callable[[], None]:
        def may_go_on() -> None:
            asked[0] += 1
            then()

        return may_go_on

    run = hearing(desk, origin)
    assert run.run(ask(run.stop)) == 0
    assert asked == [1]
    assert content(desk, "1.mp3") == ""
    assert hearing(desk, origin).run(ask(nothing)) == 1  # the next time goes on
    assert asked[0] > 2


def test_one_that_is_away_is_tried_another_time_and_stops_no_other(
    desk: Desk, mp3: Path, music: Path, origin: LocalOrigin
) -> None:
    other = sound.write(music / "2.mp3", 50_000, title="U", seed=2)
    desk.scan(origin)
    data = mp3.read_bytes()
    mp3.unlink()
    assert hearing(desk, origin).run(nothing) == 1
    assert (content(desk, "1.mp3"), content(desk, "2.mp3")) == ("", heard(other))
    mp3.write_bytes(data)
    desk.scan(origin)
    assert hearing(desk, origin).run(nothing) == 1
    assert content(desk, "1.mp3") == heard(mp3)


def test_what_has_no_sound_that_could_be_told_is_not_asked_again(desk: Desk) -> None:
    """A file of which headers say more than there is."""
    origin = MemoryOrigin("m", {"1.ogg": b"OggS" + bytes(200)})
    facts = origin.stat("1.ogg")
    desk.put("1.ogg", tags(title="T"), fmt=AudioFormat("ogg", "vorbis", 44_100, 2))
    with desk.database.write() as db:
        db.execute(
            "UPDATE file SET size = ?, mtime_ns = ?, ident = ?", (facts.stamp.size, facts.stamp.mtime_ns, facts.ident)
        )
    desk.naming.run()
    assert hearing(desk, origin).run(nothing) == 1
    assert content(desk, "1.ogg") == "-"
    assert hearing(desk, origin).run(nothing) == 0


def test_more_than_a_page_of_what_has_no_index_yet_hides_nothing(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    for n in range(410):
        desk.put(f"no index/{n}.wav", tags(title=f"{n}"), uri="/other")
    desk.naming.run()
    sound.write(music / "1.mp3", title="T")
    desk.scan(origin)
    assert hearing(desk, origin).run(nothing) == 1
