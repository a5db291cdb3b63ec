"""Files that are written on a drive: what becomes an entry, when, and what goes without a trace."""

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from drive.conftest import Make
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive import Drive
from musfuse.drive.changes import Change
from musfuse.drive.copying import MAX_FILES, Copying
from musfuse.drive.incoming import Incoming
from musfuse.errors import BadNameError, ExistsError, NoEntryError, ReadOnlyError, TooManyOpenError
from musfuse.library.userdb import ViewSpec


@pytest.fixture
def drive(make_library: Make, music: Path) -> Drive:
    for number, title in enumerate(("One", "Two")):
        sound.write(music / f"{number}.flac", 2000, seed=number, artist="Ann", album="Best", title=title)
    return make_library(view__writable_view=True, view__template="$artist/$title").drive


def copying_of(drive: Drive) -> Copying:
    assert drive.copying is not None
    return drive.copying


def read(drive: Drive, path: str) -> bytes:
    opened = drive.open(path)
    try:
        return drive.read_at(opened.handle, 0, opened.size)
    finally:
        drive.close(opened.handle)


def names(drive: Drive, folder: str = "") -> list[str]:
    return [entry.name for entry in drive.list(folder) if not entry.name.startswith(".")]


def begun(drive: Drive, path: str, data: bytes) -> int:
    copying = copying_of(drive)
    handle = copying.create(path)
    copying.write(handle, 0, data)
    return handle


def test_it_is_an_entry_when_it_is_whole_and_is_not_listed_before(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    handle = begun(drive, "copy.flac", data[:100])
    assert (copying.is_writing, copying.holds(handle), names(drive)) == (True, True, ["Ann"])
    attr = copying.attr("COPY.flac")
    assert attr is not None
    assert (attr.size, attr.name) == (100, "copy.flac")
    with pytest.raises(ReadOnlyError, match="not all of a track"):
        copying.finish(handle)
    copying.write(handle, 100, data[100:])
    copying.finish(handle)
    assert (names(drive), copying.attr("copy.flac")) == (["Ann", "copy.flac"], None)
    copying.finish(handle)
    assert copying.read(handle, 0, 10) == data[:10]
    copying.close(handle)
    assert (read(drive, "copy.flac"), copying.is_writing) == (data, False)


def test_what_is_none_or_not_whole_is_gone_once_nobody_holds_it(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    first = begun(drive, "x.flac", data[:10])
    second = copying.open("x.flac")
    assert second is not None
    copying.close(first)
    assert copying.attr("x.flac") is not None
    copying.close(second)
    assert (copying.attr("x.flac"), copying.open("x.flac"), copying.is_writing) == (None, None, False)
    handle = copying.create("x.flac")
    with pytest.raises(ReadOnlyError):
        copying.write(handle, 0, b"text")
    copying.close(handle)
    assert names(drive) == ["Ann"]


def test_what_nobody_read_lately_is_not_known(drive: Drive, music: Path) -> None:
    data = read(drive, "Ann/Two.flac")
    for item in range(1000, 1100):
        drive._asked.lately.note(item)
    with pytest.raises(ReadOnlyError):
        begun(drive, "y.flac", data)


def test_a_name_of_a_program_s_own_becomes_the_real_one(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    handle = begun(drive, ".x.flac.A1b2", data)
    copying.finish(handle)
    copying.close(handle)
    assert names(drive) == ["Ann"]
    assert copying.move(".x.flac.A1b2", "Ann/Two.flac")  # in the place of what is there
    assert names(drive, "Ann") == ["One.flac", "Two.flac"]
    assert read(drive, "Ann/Two.flac") == data
    assert not copying.move(".x.flac.A1b2", "y.flac")
    handle = begun(drive, ".y", data)
    assert copying.move(".y", "y.flac")
    copying.close(handle)
    assert names(drive) == ["Ann", "y.flac"]


def test_what_is_removed_meanwhile_does_not_come(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    handle = begun(drive, "x.flac", data)
    assert copying.remove("x.flac")
    assert not copying.remove("x.flac")
    copying.close(handle)
    drive.rearranging.make_folder("New")
    handle = begun(drive, "New/x.flac", data)
    drive.rearranging.remove_folder("New")
    copying.removed("New")
    copying.close(handle)
    assert names(drive) == ["Ann"]


def test_it_follows_its_folder(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    handle = begun(drive, "Ann/x.flac", data)
    drive.rearranging.move("Ann", "Bob")
    copying.moved("Ann", "Bob")
    copying.close(handle)
    assert names(drive, "Bob") == ["One.flac", "Two.flac", "x.flac"]


def test_what_cannot_be_made(drive: Drive) -> None:
    copying = copying_of(drive)
    for path, error in (
        ("none/x", NoEntryError), ("Ann/One.flac", ExistsError), ("Ann/ONE.flac", ExistsError), ("Ann", ExistsError),
        (".collections/x", ReadOnlyError), ("a:b", BadNameError),
    ):  # fmt: skip
        with pytest.raises(error):
            copying.create(path)
    handle = copying.create("x")
    with pytest.raises(ExistsError):
        copying.create("X")
    copying.close(handle)


def test_how_many_there_are_is_bounded_and_what_nobody_holds_gives_way(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    copying.close(begun(drive, ".left", data))
    handles = [copying.create(f".{number}") for number in range(MAX_FILES)]
    assert copying.attr(".left") is None
    with pytest.raises(TooManyOpenError):
        copying.create(".another")
    for handle in handles:
        copying.close(handle)
    copying.close(copying.create(".another"))
    assert not copying.is_writing


def test_what_was_removed_and_is_held_open_counts_as_well(drive: Drive) -> None:
    copying = copying_of(drive)
    for number in range(MAX_FILES):
        copying.create(f".{number}")
        assert copying.remove(f".{number}")
    with pytest.raises(TooManyOpenError):
        copying.create(".another")


def test_a_name_is_spelled_otherwise(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    copying.close(begun(drive, ".x", data))
    assert copying.move(".x", ".X")
    attr = copying.attr(".x")
    assert attr is not None
    assert (attr.name, copying.move(".X", "x.flac"), read(drive, "x.flac")) == (".X", True, data)
    handle = begun(drive, "y.flac", data)
    assert copying.move("y.flac", "Y.flac")
    copying.close(handle)
    assert names(drive) == ["Ann", "x.flac", "Y.flac"]


def test_it_follows_a_folder_that_was_spelled_otherwise(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    drive.rearranging.make_folder("Caf\u00e9")
    handle = begun(drive, "Caf\u00e9/x.flac", data)
    copying.moved("Cafe\u0301", "Bar")
    assert copying.attr("Bar/x.flac") is not None
    drive.rearranging.move("Caf\u00e9", "Bar")
    copying.close(handle)
    assert names(drive, "Bar") == ["x.flac"]


def test_what_is_cut_after_it_became_an_entry_is_none_until_it_is_whole_again(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    handle = begun(drive, ".x", data)
    assert copying.move(".x", "x.flac")
    assert names(drive) == ["Ann", "x.flac"]
    for length in (0, 10):
        copying.resize(handle, length)
        assert names(drive) == ["Ann"]
        with pytest.raises(ReadOnlyError):
            copying.finish(handle)
        copying.write(handle, length, data[length:])
        copying.finish(handle)
        assert names(drive) == ["Ann", "x.flac"]
    copying.close(handle)
    assert read(drive, "x.flac") == data


def test_what_turns_out_to_be_more_is_given_up_under_the_name_that_it_has_now(drive: Drive) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    handle = begun(drive, "x.flac", data)
    copying.finish(handle)
    drive.rearranging.make_folder("New")
    for path, to in (("x.flac", "New/y.flac"), ("New", "Newer")):
        drive.rearranging.move(path, to)
        copying.moved(path, to)
    copying.close(begun(drive, "x.flac", data))
    with pytest.raises(ReadOnlyError):
        copying.write(handle, len(data), b"more")
    assert (names(drive), names(drive, "Newer")) == (["Ann", "Newer", "x.flac"], [])


def test_what_is_closed_while_it_is_moved_leaves_nothing(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    copying, data = copying_of(drive), read(drive, "Ann/One.flac")
    handle, other = begun(drive, ".x", data[:-1]), begun(drive, "x.flac", data[:-1])
    closing, forget = threading.Thread(target=copying.close, args=[handle]), Copying._forget_path

    def forgets(self: Copying, found: Incoming) -> None:
        forget(self, found)
        if not closing.ident:  # what was there gives way
            closing.start()
            closing.join(0.2)

    monkeypatch.setattr(Copying, "_forget_path", forgets)
    assert copying.move(".x", "x.flac")
    closing.join()
    copying.close(other)
    assert (copying.attr(".x"), copying.attr("x.flac"), copying.is_writing) == (None, None, False)


def test_without_the_option_there_is_nothing_of_this(make_library: Make, music: Path) -> None:
    assert make_library().drive.copying is None


def test_who_hears_of_a_track_that_has_its_size_hears_of_its_copies(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", 2000, artist="Ann", title="One")
    drive = make_library(view__writable_view=True, view__unindexed="hide", view__template="$artist/$title").drive
    item = drive.row("Ann/One.flac")[0].item
    drive.rearranging.make_folder("New")
    drive.rearranging.copy(item, "New/1.flac")
    drive.rearranging.copy(item, "1.flac")
    heard = list[Change]()

    class Hearer:
        def changed(self, change: Change) -> None:
            heard.append(change)

        def held(self, stale: bool) -> None: ...

        def caught_up(self, seconds: float) -> bool:
            return True

    end = drive.changes.listen(Hearer())
    drive.forget_track(item)
    end()
    assert [change.items for change in heard] == [{item}]
    assert heard[0].folders == {drive.row("New")[0].id, drive.row("")[0].id}


def test_what_was_read_in_another_view_is_copied_where_it_has_the_same_bytes(tmp_path: Path, music: Path) -> None:
    sound.write(music / "1.flac", 2000, seed=1, artist="Ann", title="One")
    sound.write(music / "2.wav", 2000, seed=2, artist="Ann", title="Two")
    config = load_config(default_sections(), flags={"view.writable_view": True, "view.policy": "original"}).config
    views = [ViewSpec("same", "$title", "original"), ViewSpec("waves", "$title", "wav")]
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", config, closing, sources=[music], views=views)
        library.scan_all(library.scanner())
        same, waves, main = (library.drives[name] for name in ("same", "waves", "main"))
        data = read(same, "One.flac")
        copying_of(main).close(begun(main, "1.flac", data))
        assert read(main, "1.flac") == data
        with pytest.raises(ReadOnlyError):
            begun(waves, "1.wav", data)
        copying_of(main).close(begun(main, "2.wav", read(same, "Two.wav")))
        assert {"1.flac", "2.wav"} < set(names(main))
        assert (names(same), names(waves)) == (["One.flac", "Two.wav"], ["One.wav", "Two.wav"])
