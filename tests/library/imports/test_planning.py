"""Which track is which: by path, by ids, by sound, by what it is called; and why one is not found."""

import os
from pathlib import Path

import pytest
from drive.albums import ME, target

from library.imports.conftest import TITLES, Elsewhere, Planned
from musfuse.app.library import Library
from musfuse.errors import BusyError
from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.library.imports.places import Mapping
from musfuse.library.imports.planning import CUT, NOWHERE, SEVERAL, TWICE

TAGS = {title: {"title": (title,), "artist": ("Ann",)} for title in TITLES}


def at(place: str, *, seconds: float | None = None, **tags: tuple[str, ...]) -> ForeignTrack:
    return ForeignTrack(place, place, tags, seconds)


def test_by_path_as_it_is_and_as_it_is_guessed(planned: Planned, music: Path) -> None:
    here, there = [[at(f"{root}/Ann/Best/{title}.flac") for title in TITLES] for root in (music, "/mnt/old")]
    for tracks in (here, there):
        planner, _, pairs = planned(tracks)
        assert planner.matched.how == {"path": 3}
        assert not planner.matched.missing
        assert pairs.of_calls([tracks[0].id])[tracks[0].id][1] == "Ann/Best/01 - One.flac"
    assert [(one.old, one.new) for one in planner.matched.guess.mappings] == [("/mnt/old", str(music))]


def test_a_mapping_that_is_said_is_not_guessed_over(planned: Planned, music: Path) -> None:
    tracks = [at("/mnt/old/Ann/Best/One.flac"), at("/mnt/old/Ann/Best/Two.flac")]
    planner, _, _ = planned(tracks, [Mapping("/mnt/old", "/nowhere")])
    assert planner.matched.how == {}
    planner, _, _ = planned(tracks, [Mapping("/mnt/old", str(music))])
    assert planner.matched.how == {"path": 2}


def test_by_what_it_is_known_by(planned: Planned, library: Library) -> None:
    library.tagging.set(target("title:one"), ["musicbrainz_trackid=AAA", "acoustid_id=S"], ME)
    library.tagging.set(target("title:two"), ["acoustid_id=T"], ME)
    planner, _, pairs = planned(
        [
            at("a", musicbrainz_trackid=("aaa",)),
            at("b", acoustid_id=("T",), seconds=5.0),
            at("c", seconds=3.4, **TAGS["Three"]),
        ]
    )
    assert planner.matched.how == {"id": 1, "fingerprint": 1, "tags": 1}
    assert [pairs.of_calls([name])[name][1][-8:] for name in "abc"] == ["One.flac", "Two.flac", "ree.flac"]


def test_reasons_of_what_is_not_found(planned: Planned, library: Library, music: Path) -> None:
    library.tagging.set(target("artist:ann"), ["isrc=X"], ME)
    planner, _, _ = planned(
        [
            at("/x/gone.flac", seconds=1.0, title=("Gone",), artist=("Ann",)),
            at("/x/doubt.flac", isrc=("X",)),
            at("far", seconds=20.0, **TAGS["One"]),
            at(str(music / "Ann/Best/One.flac")),
            at(str(music / "Ann/Best/one.FLAC")),
            ForeignTrack("s", "http://radio", {}, odd="it is a stream"),
            at(""),
        ]
    )
    matched = planner.matched
    assert (matched.tracks, matched.how) == (7, {"path": 1})
    assert matched.missing == {NOWHERE: 3, SEVERAL: 1, TWICE: 1, "it is a stream": 1}
    assert matched.examples[SEVERAL] == ["/x/doubt.flac"]
    assert matched.examples[NOWHERE] == ["/x/gone.flac", "far"]
    assert CUT not in matched.missing


def test_what_was_found_by_its_path_is_nobody_else(planned: Planned, music: Path) -> None:
    tracks = [at("copy", seconds=1.0, **TAGS["One"]), at(str(music / "Ann/Best/One.flac"))]
    planner, _, _ = planned(tracks)
    assert planner.matched.how == {"path": 1}
    assert planner.matched.missing == {NOWHERE: 1}


def test_all_that_is_found_at_once_is_read_once(planned: Planned, music: Path) -> None:
    elsewhere = Elsewhere([at(str(music / f"Ann/Best/{title}.flac")) for title in TITLES] * 500)
    planner, _, pairs = planned(elsewhere)
    assert (elsewhere.read, planner.matched.tracks, pairs.missed_count()) == (1, 1500, 0)
    assert planner.matched.missing == {TWICE: 1497}


def test_what_only_the_second_of_a_track_says_is_not_counted(planned: Planned, music: Path) -> None:
    one = at(str(music / "Ann/Best/One.flac"))
    for several in ([one, one._replace(tags={"title": ("Uno",)})], [one, one._replace(tags={"title": ("Uno",)})] * 600):
        _, saying, pairs = planned(several)
        assert (saying.tracks, saying.shown, list(pairs.changed())) == (0, [], [])


def test_what_the_drive_shows_already_is_not_said_once_more(planned: Planned, library: Library, music: Path) -> None:
    library.tagging.set(target("title:one"), ["title=Uno"], ME)
    tracks = [at(str(music / "Ann/Best/One.flac"), title=("Uno",), artist=("Other",))]
    _, other, _ = planned(Elsewhere(tracks))
    _, own, _ = planned(Elsewhere(tracks, tells_served=True))
    assert (other.fields, own.fields) == (2, 1)


def test_only_what_is_wanted_is_taken_along(planned: Planned, music: Path) -> None:
    track = ForeignTrack("1", str(music / "Ann/Best/One.flac"), {"title": ("Uno",)}, None, 4, 0, 3, 1, 2)
    for parts, found in ((["tags"], (1, 0, 0)), (["ratings"], (0, 1, 0)), (["plays"], (0, 0, 1))):
        _, _, pairs = planned([track], parts=parts)
        assert tuple(len(list(rows)) for rows in (pairs.changed(), pairs.judged(), pairs.heard())) == found


def test_a_track_that_is_not_on_the_drive_may_have_a_path_that_is_no_text(
    planned: Planned, library: Library, music: Path
) -> None:
    odd = music / "Ann/Best/\udcff.flac"
    os.rename(music / "Ann/Best/One.flac", odd)
    library.scan_all(library.scanner())
    with library.catalog.database.write() as db:
        db.execute("DELETE FROM node WHERE name LIKE '%One.flac'")
    _, _, pairs = planned([ForeignTrack("1", str(odd), {}, None, 4, 0, 3, 1, 2)])
    assert [pair.place for pair in pairs.heard()] == [f"{music}/Ann/Best/\ufffd.flac"]


def test_during_a_scan_nothing_is_known_for_sure(planned: Planned, library: Library, music: Path) -> None:
    with library.catalog.database.write() as db:
        db.execute("UPDATE item SET public = NULL")
    with pytest.raises(BusyError, match="try again"):
        planned([at(str(music / "Ann/Best/One.flac"))])


def test_paths_of_a_program_that_plays_the_drive(planned: Planned) -> None:
    """Names on the drive are others than those of the originals."""
    tracks = [at(f"/mnt/drive/Ann/BEST/0{n} - {title}.flac") for n, title in enumerate(TITLES, 1)]
    planner, _, pairs = planned(tracks)
    assert planner.matched.how == {"path": 3}
    assert [(one.old, one.new) for one in planner.mappings] == [("/mnt/drive", "view://main")]
    assert pairs.of_calls([tracks[1].id])[tracks[1].id][1] == "Ann/Best/02 - Two.flac"
    planner, _, _ = planned(tracks, [Mapping("/mnt/drive", "view://main")])
    assert planner.matched.how == {"path": 3}
    planner, _, _ = planned(
        [at("/mnt/drive/Ann/Best"), at("/mnt/drive/x.flac")], [Mapping("/mnt/drive", "view://main")]
    )
    assert planner.matched.how == {}


def test_some_lie_in_a_source_and_some_on_the_drive(planned: Planned) -> None:
    tracks = [at(f"/old/music/Ann/Best/{title}.flac") for title in TITLES[:2]]
    planner, _, _ = planned([*tracks, at("/mnt/Ann/Best/03 - Three.flac")])
    assert planner.matched.how == {"path": 3}
    assert [one.old for one in planner.mappings] == ["/old", "/mnt"]
