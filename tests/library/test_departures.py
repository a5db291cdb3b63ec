"""Files that are gone, until a whole scan has seen where to."""

from pathlib import Path

import pytest
import sound
from drive.albums import names
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from library.conftest import Desk
from musfuse.app.library import Library
from musfuse.library.catalog.departures import Departures
from musfuse.origins import LocalOrigin


def set_genre(library: Library, path: str, genre: str) -> None:
    from musfuse.service.tagging import Who

    library.tagging.set([(path, str(path))], [f"genre={genre}"], Who("test"))


def genres(library: Library) -> dict[str, str | None]:
    rows = [library.catalog.tracks.track(number) for number in range(1, 20)]
    return {row.track.file.path: row.track.tags.first("genre") for row in rows if row is not None}


def test_a_reader_that_finds_a_file_missing_does_not_lose_what_follows_it(
    desk: Desk, music: Path, origin: LocalOrigin
) -> None:
    path = sound.write(music / "a.wav", title="A")
    sound.write(music / "b.wav", title="B")
    desk.scan(origin)
    path.rename(music / "c.wav")
    desk.scanner().rescan_file(desk.sources.rows()[0], origin, "a.wav")
    assert len(desk.tree()) == 1
    desk.scan(origin)
    assert desk.dropped == []
    assert [(old.path, new.path) for old, new in desk.moved] == [("a.wav", "c.wav")]
    assert Departures(desk.database).of(desk.sources.rows()[0].id) == []


def test_a_scan_that_was_cancelled_leaves_it_to_the_next(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    path = sound.write(music / "one/a.wav", title="A")
    sound.write(music / "two/b.wav", title="B")
    desk.scan(origin)
    (music / "zero").mkdir()
    path.rename(music / "zero/a.wav")
    scanner = desk.scanner()
    scanner.cancel()
    assert scanner.scan(desk.sources.rows()[0], origin).cancelled
    assert desk.dropped == []
    desk.scan(origin)
    assert desk.dropped == []
    assert [(old.path, new.path) for old, new in desk.moved] == [("one/a.wav", "zero/a.wav")]


@pytest.mark.parametrize("killed", ["before user.db", "between both", "never"])
def test_two_files_change_places_once_whatever_is_killed(
    make_library: Make,
    music: Path,
    killed: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("a", "b"):
        sound.write(music / f"{name}.flac", title=name, artist="X", album="Y", genre="g")
    library = make_library()
    for name in ("a", "b"):
        set_genre(library, f"title:{name}", name)
    for old, new in (("a", "t"), ("b", "a"), ("t", "b")):
        (music / f"{old}.flac").rename(music / f"{new}.flac")

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if killed == "before user.db":
            patched.setattr(library.collector, "move", kill)
        elif killed == "between both":
            patched.setattr(library.stages.overlaying, "adopt", kill)
        if killed == "never":
            library.scan_all(library.scanner())
        else:
            with pytest.raises(KeyboardInterrupt):
                library.scan_all(library.scanner())
    library.close()
    again = make_library()
    assert genres(again) == {"a.flac": "b", "b.flac": "a"}
    assert len(names(again, "X/Y")) == 2
