"""Who is who: ids that outlive the catalog, and tags that follow files by what they sound like."""

import shutil
from pathlib import Path

import pytest
import sound

from drive.albums import ME, names, retag, target
from drive.conftest import Make, Place
from musfuse.app.library import Library
from musfuse.library.overlay import overlay_key
from musfuse.library.userdb import Play, Rating
from musfuse.media.indexing.pool import Priority
from musfuse.model import SourceFile, Stamp


def hear(library: Library) -> None:
    """What the owner does when nothing else is to be done."""
    library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    library.hearing().run(lambda: None)
    library.name_tracks()


def know(library: Library, where: str) -> None:
    """Who moves is told by the number of his file; where a server tells none, by his sound, once it was heard."""
    if where != "local":
        hear(library)


def scan(library: Library) -> None:
    library.scan_all(library.scanner())
    hear(library)


def ids(library: Library) -> dict[str, int]:
    """Public ids by the paths of originals."""
    with library.catalog.database.read() as db:
        tracks = [row[0] for row in db.execute("SELECT id FROM item WHERE hidden = 0")]
    rows = [row for track in tracks if (row := library.catalog.tracks.track(track)) is not None]
    return {f"{row.track.file.path}#{row.part}": row.public for row in rows}


def genre(library: Library, path: str) -> list[str]:
    """What somebody said of an original."""
    uid = library.sources.rows()[0].uid
    overlay = library.collector.load_overlay(overlay_key(SourceFile(uid, path, Stamp(0, 0)), 0))
    said = overlay.said("genre")
    return list(said[1]) if said else []


def copied(path: Path, to: Path) -> None:
    """The same sound in another file: no number, time or tag tells so. The original is gone."""
    to.parent.mkdir(exist_ok=True)
    shutil.copyfile(path, to)
    retag(to, title="Elsewhere", artist="Band", album="Other")
    path.unlink()


def test_ids_survive_the_catalog(make_library: Make, album: Path, tmp_path: Path) -> None:
    library = make_library()
    before = ids(library)
    assert len(set(before.values())) == 6
    assert all(before.values())
    library.close()
    for left in (tmp_path / "state").glob("catalog.db*"):
        left.unlink()
    assert ids(make_library()) == before


@pytest.mark.parametrize("number", range(1, 7))
def test_tags_and_id_follow_the_sound(make_library: Make, album: Path, number: int) -> None:
    library = make_library()
    hear(library)
    (path,) = album.glob(f"{number}.*")
    before = ids(library)[f"Album/{path.name}#0"]
    library.tagging.set(target(f'title:"Song {number}"'), ["genre=Jazz"], ME)
    copied(path, album.parent / f"New/{path.name}")
    scan(library)
    after = ids(library)
    assert after[f"New/{path.name}#0"] == before
    assert len(set(after.values())) == 6
    assert genre(library, f"New/{path.name}") == ["Jazz"]
    assert library.drive.attr(f"Band/Other/{names(library, 'Band/Other')[0]}").size > 0
    (row,) = library.tagging.selection.of(target("title:Elsewhere"))
    assert row.tags["genre"] == ("Jazz",)
    assert row.public == before


def test_two_that_sound_the_same_get_nothing(make_library: Make, album: Path) -> None:
    library = make_library()
    hear(library)
    library.tagging.set(target('title:"Song 1"'), ["genre=Jazz"], ME)
    shutil.copyfile(album / "1.wav", album / "8.wav")
    copied(album / "1.wav", album / "9.wav")
    scan(library)
    assert genre(library, "Album/8.wav") == genre(library, "Album/9.wav") == []


def test_a_twin_that_was_there_all_along_gets_nothing(make_library: Make, album: Path, place: Place) -> None:
    shutil.copyfile(album / "1.wav", album / "8.wav")
    library = make_library()
    scan(library)
    uid = library.sources.rows()[0].uid
    twin = overlay_key(SourceFile(uid, "Album/8.wav", Stamp(0, 0)), 0)
    library.tagging.set(target(place(album / "1.wav")), ["genre=Jazz"], ME)
    (album / "1.wav").unlink()
    scan(library)
    assert not library.collector.load_overlay(twin).fields.get("genre")


@pytest.mark.parametrize("noticed_by", ["scan", "reader"])
def test_a_twin_in_another_source_that_the_same_scan_found_gets_nothing(
    make_library: Make, album: Path, tmp_path: Path, noticed_by: str, place: Place
) -> None:
    library = make_library()
    other = tmp_path / "other disk"
    other.mkdir()
    shutil.copyfile(album / "2.flac", other / "2.flac")
    library.add_sources([other])
    scan(library)
    first, second = library.sources.rows()
    library.tagging.set(target(place(album / "2.flac")), ["genre=Jazz"], ME)
    (album / "2.flac").unlink()
    if noticed_by == "reader":
        library.refresh(first.uid, "Album/2.flac")
    scan(library)
    assert "Album/2.flac#0" not in ids(library)
    twin = overlay_key(SourceFile(second.uid, "2.flac", Stamp(0, 0)), 0)
    assert not library.collector.load_overlay(twin).fields
    copied(other / "2.flac", album / "9.flac")  # while what is new somewhere does follow
    scan(library)
    library.tagging.set(target(place(album / "9.flac")), ["genre=Rock"], ME)
    copied(album / "9.flac", other / "9.flac")
    scan(library)
    (row,) = library.tagging.selection.of(target("title:Elsewhere"))
    assert row.tags["genre"] == ("Rock",)


def test_a_twin_gets_nothing_of_what_no_whole_scan_saw(make_library: Make, album: Path, place: Place) -> None:
    library = make_library()
    shutil.copyfile(album / "2.flac", album / "8.flac")
    with library.catalog.database.write() as db:
        db.execute("DELETE FROM scan")  # as while the first one is under way
    library.refresh(library.sources.rows()[0].uid, "Album/8.flac")
    library.tagging.set(target(place(album / "2.flac")), ["genre=Jazz"], ME)
    (album / "2.flac").unlink()
    library.refresh(library.sources.rows()[0].uid, "Album/2.flac")
    scan(library)
    assert genre(library, "Album/8.flac") == []


@pytest.mark.parametrize("way", ["catalog", "source"])
def test_a_twin_that_the_catalog_gets_to_know_again_is_not_new(
    make_library: Make, album: Path, tmp_path: Path, way: str, place: Place
) -> None:
    library = make_library()
    other = tmp_path / "other disk"
    other.mkdir()
    shutil.copyfile(album / "2.flac", other / "2.flac")
    library.add_sources([other])
    scan(library)
    before = ids(library)
    if way == "source":
        library.sourcing.remove((str(other), ""))
    library.tagging.set(target(place(album / "2.flac")), ["genre=Jazz"], ME)
    kept = (album / "2.flac").read_bytes()
    (album / "2.flac").unlink()
    scan(library)
    if way == "source":
        library.sourcing.restore((str(other), ""))
    else:
        library.close()
        for left in (tmp_path / "state").glob("catalog.db*"):
            left.unlink()
        library = make_library()
    scan(library)
    assert ids(library)["2.flac#0"] == before["2.flac#0"]
    (album / "2.flac").write_bytes(kept)
    scan(library)
    assert ids(library) == before
    assert genre(library, "Album/2.flac") == ["Jazz"]


def test_tags_follow_into_another_source(make_library: Make, album: Path, tmp_path: Path) -> None:
    library = make_library()
    hear(library)
    before = ids(library)["Album/3.mp3#0"]
    library.tagging.set(target('title:"Song 3"'), ["genre=Jazz"], ME)
    other = tmp_path / "other disk"
    copied(album / "3.mp3", other / "3.mp3")
    library.add_sources([other])
    scan(library)
    (row,) = library.tagging.selection.of(target("title:Elsewhere"))
    assert (row.public, row.tags["genre"]) == (before, ("Jazz",))


def test_an_id_is_never_used_again(make_library: Make, album: Path) -> None:
    library = make_library()
    old = ids(library)["Album/1.wav#0"]
    (album / "1.wav").unlink()
    scan(library)
    sound.write(album / "1.wav", seed=99, title="Another")
    scan(library)
    new = ids(library)["Album/1.wav#0"]
    assert new != old
    (album / "1.wav").rename(album / "moved.wav")
    scan(library)
    assert ids(library)["Album/moved.wav#0"] == new
    sound.write(album / "1.wav", seed=7, title="A third")
    scan(library)
    assert ids(library)["Album/1.wav#0"] not in (old, new)


def test_an_id_is_not_given_away_with_an_older_user_db(
    make_library: Make, album: Path, tmp_path: Path, where: str
) -> None:
    """A backup that was put back knows nothing of the files that moved since."""
    library = make_library()
    know(library, where)
    before = ids(library)
    library.close()
    shutil.copyfile(tmp_path / "state/user.db", tmp_path / "older.db")
    (album / "1.wav").rename(album / "moved.wav")
    library = make_library()
    scan(library)
    library.close()
    shutil.copyfile(tmp_path / "older.db", tmp_path / "state/user.db")
    sound.write(album / "1.wav", seed=99, title="Another")
    library = make_library()
    scan(library)
    after = ids(library)
    assert after["Album/moved.wav#0"] == before["Album/1.wav#0"]
    assert len(set(after.values())) == 7
    assert all(after.values())


def test_who_comes_back_has_his_id(make_library: Make, album: Path, tmp_path: Path) -> None:
    library = make_library()
    hear(library)
    before = ids(library)
    shutil.copyfile(album / "2.flac", tmp_path / "kept.flac")
    (album / "2.flac").unlink()
    scan(library)
    shutil.copyfile(tmp_path / "kept.flac", album / "2.flac")
    scan(library)
    assert ids(library) == before


def test_lossy_files_are_never_read_for_it_where_that_is_wished(make_library: Make, album: Path) -> None:
    library = make_library(identity__lossy="never")
    hear(library)
    rows = (
        library.catalog.tracks.at(library.sources.rows()[0].uid, f"Album/{path.name}", 0) for path in album.iterdir()
    )
    heard = {row.track.file.path[6:]: row.content[:4] for row in rows if row is not None}
    assert heard == {
        "1.wav": "pcm:", "2.flac": "pcm:", "3.mp3": "", "4.m4a": "", "5.ogg": "", "6.opus": "",
    }  # fmt: skip


def test_what_was_played_and_said_before_it_was_known_who_it_is_comes_along(
    make_library: Make, music: Path, tmp_path: Path
) -> None:
    """A lossy file that comes back is another one until somebody hears what it sounds like."""
    sound.write(music / "one.mp3", 9000, title="One")
    sound.write(music / "other.mp3", 9000, seed=2, title="Other")
    library = make_library()
    hear(library)
    plays, ratings = library.playing.table, library.playing.ratings
    first, other = ids(library)["one.mp3#0"], ids(library)["other.mp3#0"]
    plays.add([Play(first, 1, 0), Play(other, 2, 0)])
    shutil.move(music / "one.mp3", tmp_path / "aside.mp3")
    scan(library)
    copied(tmp_path / "aside.mp3", music / "back.mp3")
    library.scan_all(library.scanner())
    meanwhile = ids(library)["back.mp3#0"]
    assert meanwhile != first
    plays.add([Play(meanwhile, 3, 0), Play(meanwhile, 4, 0)])
    ratings.put([(meanwhile, Rating(4))])
    hear(library)
    assert ids(library)["back.mp3#0"] == first
    assert [(heard.id, heard.plays) for heard in plays.most()] == [(first, 3), (other, 1)]
    assert ratings.of(first) == Rating(4)


def test_a_new_file_in_the_place_of_one_that_moved_takes_no_id_along(
    make_library: Make, music: Path, where: str
) -> None:
    (music / "c").mkdir(parents=True)
    sound.write(music / "a/1.flac", artist="A", album="B", title="One", seed=1)
    library = make_library()
    know(library, where)
    one = ids(library)["a/1.flac#0"]
    (music / "a/1.flac").rename(music / "c/1.flac")
    scan(library)
    sound.write(music / "a/1.flac", artist="A", album="B", title="Two", seed=2)
    scan(library)
    two = ids(library)["a/1.flac#0"]
    assert (ids(library)["c/1.flac#0"], one != two) == (one, True)
    if where != "local":
        return  # who changes places with another between two scans is told by his number alone
    (music / "a/1.flac").unlink()
    scan(library)
    (music / "c/1.flac").rename(music / "a/1.flac")
    sound.write(music / "c/1.flac", artist="A", album="B", title="Three", seed=3)
    scan(library)
    found = ids(library)
    assert found["a/1.flac#0"] == one
    assert found["c/1.flac#0"] not in (one, two)
