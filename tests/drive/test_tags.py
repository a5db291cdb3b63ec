"""Tags on the drive, without a mount."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import mutagen
import mutagen.flac
import pytest
import sound
from sound import FORMATS
from tests_support import needs_program

from drive.albums import ME, checksum, cover, names, read, retag, target
from drive.conftest import Make, Place
from musfuse.drive.handles import CacheHint
from musfuse.errors import ConfigError
from musfuse.media.indexing.pool import Priority
from musfuse.media.reading import read_original
from musfuse.model import TagSource
from musfuse.origins import LocalOrigin
from musfuse.service.tagging import Who
from musfuse.store import KvNamespace


def test_tags_are_served_and_originals_stay(make_library: Make, album: Path, tmp_path: Path) -> None:
    library = make_library(scan=False)
    before = checksum(album)
    library.scan_all(library.scanner())
    untouched = {name: read(library, f"Band/Album/{name}") for name in names(library, "Band/Album")}
    for name, data in untouched.items():
        if not name.startswith("01"):
            assert data == (album / f"{name[1]}.{name.rsplit('.')[-1]}").read_bytes()
    library.tagging.set(target("artist:band"), ["artist=Grüppe", "genre=Jazz", "genre=Funk", "date=1999"], ME)
    served = names(library, "Grüppe/Album (1999)")
    assert len(served) == 6
    assert names(library, "") == ["Grüppe"]
    for name in served:
        path = tmp_path / name
        path.write_bytes(read(library, f"Grüppe/Album (1999)/{name}"))
        opened = mutagen.File(path, easy=True)
        assert opened["artist"] == ["Grüppe"]
        assert opened["genre"] == ["Jazz", "Funk"]
        assert opened["title"][0].startswith("Song")
        original = album / f"{name[1]}.{'wav' if name[1] == '1' else name.rsplit('.')[-1]}"
        assert sound.ffmpeg_md5(path) == sound.ffmpeg_md5(original)
        if name.endswith(".flac"):
            sound.flac_test(path)
    library.tagging.undo(0, ME)
    assert {name: read(library, f"Band/Album/{name}") for name in names(library, "Band/Album")} == untouched
    assert checksum(album) == before


def test_a_retag_that_fits_moves_nothing(make_library: Make, album: Path) -> None:
    library = make_library()
    library.tagging.set(target("Band"), ["comment=first"], ME)
    for name in names(library, "Band/Album"):
        path = f"Band/Album/{name}"
        before = library.drive.attr(path)
        reader = library.drive.open(path)
        old = library.drive.read_at(reader.handle, 0, before.size)
        library.tagging.set(target(path), ["comment=second"], ME)
        after = library.drive.attr(path)
        assert abs(after.size - before.size) <= 1
        assert after.mtime_ns > before.mtime_ns
        assert after.node == before.node
        if after.size == before.size:  # the player in the middle notices nothing, at its end neither
            library.drive.check(reader.handle)
            assert library.drive.read_at(reader.handle, before.size - 100, 500) == old[-100:]
        opened = library.drive.open(path)
        assert opened.hint is CacheHint.BYPASS
        new = library.drive.read_at(opened.handle, 0, after.size)
        assert new != old
        if after.size == before.size:  # an MP4 of ffmpeg has its tags behind the audio
            assert new[40:3000] == old[40:3000] if name.endswith("m4a") else new[-3000:] == old[-3000:]
        assert library.drive.read_at(reader.handle, 0, before.size) == old
        library.drive.close(opened.handle)
        library.drive.close(reader.handle)
        assert library.drive.open(path).hint is CacheHint.DROP


def test_a_catalog_made_again_has_all_overlays(make_library: Make, album: Path, tmp_path: Path) -> None:
    library = make_library()
    library.tagging.set(target("title:song"), ["album=Renamed"], ME)
    served = {n: read(library, f"Band/Renamed/{n}") for n in names(library, "Band/Renamed")}
    library.close()
    for path in (tmp_path / "state").glob("catalog.db*"):
        path.unlink()
    again = make_library()
    assert {n: read(again, f"Band/Renamed/{n}") for n in names(again, "Band/Renamed")} == served


def test_a_change_that_the_catalog_missed_is_caught_up(make_library: Make, album: Path) -> None:
    library = make_library()
    library.tagging.set(target("Band"), ["genre=One"], ME)
    library.stages.overlaying.adopt = lambda *_: None  # type: ignore[method-assign]
    library.tagging.set(target("Band"), ["album=Later"], ME)
    assert names(library, "Band") == ["Album"]
    library.close()
    again = make_library(scan=False)
    assert names(again, "Band") == ["Later"]


def test_overlays_follow_a_moved_original(make_library: Make, album: Path, music: Path, place: Place) -> None:
    library = make_library()
    library.tagging.set(target(place(album / "2.flac")), ["title=Mine"], ME)
    (music / "Elsewhere").mkdir()
    (album / "2.flac").rename(music / "Elsewhere" / "moved.flac")
    library.scan_all(library.scanner())
    assert "02 - Mine.flac" in names(library, "Band/Album")
    (music / "Elsewhere" / "moved.flac").rename(album / "2.flac")
    library.scan_all(library.scanner())
    assert "02 - Mine.flac" in names(library, "Band/Album")
    assert library.tagging.undo(0, ME).undone == 1  # nobody decided the moves
    assert "02 - Song 2.flac" in names(library, "Band/Album")


@pytest.mark.not_over("sftp", "s3", reason="which of two that sound the same was there before, a number tells alone")
def test_tags_follow_originals_that_change_places(make_library: Make, album: Path, place: Place) -> None:
    library = make_library()
    for number in (2, 3):
        path = album / f"{number}.{'flac' if number == 2 else 'mp3'}"
        library.tagging.set(target(place(path)), [f"title=Mine {number}"], ME)
    library.tagging.set(target(place(album / "5.ogg")), ["title=Mine 5"], ME)
    (album / "5.ogg").rename(album / "x.ogg")
    (album / "2.flac").rename(album / "y.flac")
    shutil.copy(album / "y.flac", album / "4.flac")
    library.scan_all(library.scanner())
    shown = names(library, "Band/Album")
    assert {"02 - Mine 2.flac", "02 - Song 2.flac", "03 - Mine 3.mp3", "05 - Mine 5.ogg"} <= set(shown)


def test_a_refresh_does_not_pass_a_lock(make_library: Make, album: Path) -> None:
    library = make_library()
    library.tagging.lock(target("Band"), ["artist"], ME)
    result = library.tagging.set(target("Band"), ["artist=Other", "mood=new"], Who("enricher", TagSource.PROVIDER))
    assert result.refused == 6
    retag(album / "2.flac", artist="Rewritten", title="Song 2", album="Album", tracknumber="2")
    library.scan_all(library.scanner())
    assert names(library, "") == ["Band"]
    library.tagging.unlock(target("Band"), ["artist"], ME)
    assert names(library, "") == ["Band", "Rewritten"]


@pytest.mark.parametrize("name", ["chained.ogg", "broken.flac", "cut.wav"])
def test_what_takes_no_tags_is_served_as_it_is_and_said(
    make_library: Make, music: Path, name: str, place: Place
) -> None:
    needs_program("ffmpeg")
    sound.write(music / "a.wav")
    path = music / name
    if name == "chained.ogg":
        for part in ("x.ogg", "y.ogg"):
            subprocess.run(
                [
                    "ffmpeg",
                    "-v",
                    "error",
                    "-i",
                    music / "a.wav",
                    "-serial_offset",
                    str(ord(part[0])),
                    music.parent / part,
                ],
                check=True,
            )
        path.write_bytes((music.parent / "x.ogg").read_bytes() + (music.parent / "y.ogg").read_bytes())
    elif name == "broken.flac":
        sound.convert(music / "a.wav", path)
        retag(path, title="T")
        data = path.read_bytes()
        at = data.lower().index(b"title=") - 4
        path.write_bytes(data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :])
    else:
        path.write_bytes((music / "a.wav").read_bytes()[:-1000])
    (music / "a.wav").unlink()
    library = make_library(view__policy="original")
    library.tagging.set(target(place(path)), ["title=New", "artist=X"], ME)
    (shown,) = names(library, "X/music")
    assert read(library, f"X/music/{shown}") == path.read_bytes()
    assert [r for r in library.catalog.reports.lines() if r.kind == "untagged" and r.path == place(path)]


def test_a_damaged_overlay_stops_nothing_and_is_said(make_library: Make, album: Path) -> None:
    library = make_library()
    library.tagging.set(target("Band"), ["album=New"], ME)
    key = next(library.collector.keys())
    library.stores.kv.put(KvNamespace.TRACK, key, b'{"format": 1, "fields": 7}')
    library.collector.evict(key)
    with library.catalog.database.write() as db:
        db.execute("INSERT INTO todo (stage, key) SELECT 'overlay', id FROM item")
    library.name_tracks()
    assert sorted(names(library, "Band")) == ["Album", "New"]
    assert ["cannot be read" in r.reason for r in library.catalog.reports.lines() if r.kind == "untagged"] == [True]


def test_a_change_hides_nothing(make_library: Make, album: Path) -> None:
    library = make_library(view__unindexed="hide", index__background=False)
    assert "01 - Song 1.flac" not in names(library, "Band/Album")
    library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    library.drive.invalidate()
    before = names(library, "Band/Album")
    assert "01 - Song 1.flac" in before
    library.tagging.set(target("Band"), ["comment=new"], ME)
    assert names(library, "Band/Album") == before
    assert all(entry.size for entry in library.drive.list("Band/Album", sized=True))
    read(library, "Band/Album/01 - Song 1.flac")


def test_tags_of_a_wav_made_here(make_library: Make, album: Path, tmp_path: Path) -> None:
    (album / "cover.jpg").write_bytes(cover())
    library = make_library(view__policy="wav")
    library.tagging.set(target("Band/Album/02 - Song 2.wav"), ["genre=A", "genre=B", "my field=x"], ME)
    path = tmp_path / "a.wav"
    path.write_bytes(read(library, "Band/Album/02 - Song 2.wav"))
    opened = mutagen.File(path)
    assert opened.tags["TCON"].text == ["A", "B"]
    assert opened.tags["TXXX:MY FIELD"].text == ["x"]
    assert [p.data for p in opened.tags.getall("APIC")] == [cover()]
    assert sound.ffmpeg_md5(path) == sound.ffmpeg_md5(album / "2.flac")


def test_tags_and_cover_of_a_true_audio_file_with_apev2(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = sound.convert(sound.write(tmp_path / "w.wav"), music / "a.tta")
    sound.add_apev2(path, Title="T", Artist="A", Album="B", **{"Cover Art (Front)": b"front.png\0" + sound.picture()})
    sound.add_id3v1(path, "Old", "Older")
    library = make_library()
    served = tmp_path / "served.flac"
    served.write_bytes(read(library, "A/B/T.flac"))
    sound.flac_test(served)
    opened = mutagen.flac.FLAC(served)
    assert {name: opened[name] for name in ("title", "artist", "album")} == {
        "title": ["T"],
        "artist": ["A"],
        "album": ["B"],
    }
    assert [picture.data for picture in opened.pictures] == [sound.picture()]
    assert read(library, "A/B/cover.png") == sound.picture()
    library.close()
    original = make_library(view__policy="original")
    original.trees.build(lambda: False)
    original.tagging.set(target("A/B"), ["title=New", "composer=C"], ME)
    (tmp_path / "served.tta").write_bytes(read(original, "A/B/New.tta"))
    again = LocalOrigin("again", str(tmp_path))
    tags = read_original(FORMATS, again, sound.source_file(again, "served.tta")).tags
    assert [tags[name] for name in ("title", "artist", "composer")] == [("New",), ("A",), ("C",)]


def test_tracks_of_an_image_take_tags_each(make_library: Make, music: Path, tmp_path: Path) -> None:
    sound.write(music / "a.wav", samples=44_100 * 12)
    (music / "a.cue").write_text(
        'PERFORMER "P"\nTITLE "T"\nFILE "a.wav" WAVE\n'
        "TRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:05:00\n"
    )
    library = make_library()
    before = [e.name for e in library.drive.list("P/T")]
    assert len(before) == 2
    library.tagging.set(target(f"P/T/{before[1]}"), ["title=Mine", "genre=G"], ME)
    assert names(library, "P/T") == [before[0], "02 - Mine.flac"]
    (tmp_path / "x.flac").write_bytes(read(library, "P/T/02 - Mine.flac"))
    assert mutagen.File(tmp_path / "x.flac")["genre"] == ["G"]
    sound.flac_test(tmp_path / "x.flac")
    (music / "a.cue").touch()
    library.scan_all(library.scanner())
    assert "02 - Mine.flac" in names(library, "P/T")


@pytest.mark.not_over("s3", reason="a key is text")
def test_a_name_of_undecodable_bytes_takes_tags(make_library: Make, music: Path, place: Place) -> None:
    path = os.fsencode(music) + b"/\xff\xfe.wav"
    sound.write(music / "x.wav")
    os.rename(music / "x.wav", path)
    library = make_library()
    library.tagging.set(target(place(music)), ["title=Named"], ME)
    assert names(library, "Unknown Artist/music") == ["Named.flac"]


def test_various_artists_is_a_name_and_no_tag(make_library: Make, music: Path) -> None:
    for n, artist in enumerate(("Ann", "Bob", "Cid")):
        sound.write(music / f"{n}.wav", artist=artist, album="Hits", title=f"T{n}")
    library = make_library()
    assert names(library, "Various Artists/Hits") == ["T0.flac", "T1.flac", "T2.flac"]
    (music.parent / "x.flac").write_bytes(read(library, "Various Artists/Hits/T0.flac"))
    assert mutagen.File(music.parent / "x.flac")["artist"] == ["Ann"]
    assert "albumartist" not in mutagen.File(music.parent / "x.flac")
    library.tagging.set(target("Various Artists/Hits/T1.flac"), ["albumartist=Bob"], ME)
    assert names(library, "Bob/Hits") == ["T1.flac"]
    assert names(library, "Ann/Hits") == ["T0.flac"]


def test_more_tags_than_a_file_carries_are_refused_or_told_of(
    make_library: Make, music: Path, tmp_path: Path, place: Place
) -> None:
    path = sound.write(music / "1.flac", artist="Ann", album="Best", title="One")
    opened = mutagen.flac.FLAC(path)
    opened["comment"] = [f"{n} " + "c" * 200_000 for n in range(4)]
    opened.save()
    library = make_library()
    more = [f"{n} " + "d" * 255_000 for n in range(64)]
    with pytest.raises(ConfigError, match=r"Ann/Best/One.flac: its tags would have 17,.* nothing was changed"):
        library.tagging.set(target("artist:ann"), ["genre=Jazz", *(f"lyrics={value}" for value in more)], ME)
    table = tmp_path / "t.json"
    table.write_text(json.dumps([{"path": place(path), "tags": {"lyrics": more}}]))
    with pytest.raises(ConfigError, match="its tags would have 17,"):
        library.tagging.import_file(table, ME)
    assert library.collector.last() == 0
    library.tagging.set(target("artist:ann"), ["comment=", *(f"lyrics={value}" for value in more)], ME)
    data = read(library, "Ann/Best/One.flac")
    assert all(value.encode() in data for value in more)
    opened["diary"] = [f"{n} " + "e" * 200_000 for n in range(20)]  # of which a library knows a part
    opened.save()
    library.scan_all(library.scanner())
    assert read(library, "Ann/Best/One.flac") == path.read_bytes()
    assert "more than the 16 MiB that it can carry" in next(
        r.reason for r in library.catalog.reports.lines() if r.kind == "untagged"
    )
