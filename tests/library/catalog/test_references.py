"""Which keys of indexes nothing refers to; what is dropped is gone, so whatever is in doubt is used."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library.conftest import FORMAT, Desk
from musfuse.library.catalog import FileRow
from musfuse.library.catalog.references import Key, Names, References, Spared
from musfuse.media.flac.index import KeyParts, index_key, split_index_key
from musfuse.model import WHOLE, SampleRange, SourceFile, Stamp

NOBODY = Spared((), ())
FILE = SourceFile("", "a/1.wav", Stamp(10, 100), "17")


@pytest.fixture
def uid(desk: Desk) -> str:
    """That of a source that a scan has seen all of, with a file in it."""
    put(desk, FILE)
    desk.files.remove_unseen(desk.source().id, 0)
    return desk.source().uid


def put(desk: Desk, file: SourceFile, again: bool = False) -> None:
    folder, _, name = file.path.rpartition("/")
    row = FileRow(name, file.stamp, file.ident, format=FORMAT, older_name=file.older_name, again=again)
    desk.files.put_files([(desk.files.folder(desk.source().id, folder, 1), row)])


def key(file: SourceFile, samples: SampleRange = WHOLE) -> Key:
    text = index_key(file, 5, 4096, "encoder", samples)
    parts = split_index_key(text)
    assert parts is not None
    return Key(text, parts)


def used(desk: Desk, file: SourceFile, spared: Spared = NOBODY, samples: SampleRange = WHOLE) -> bool:
    return References(desk.database).unused([key(file, samples)], spared) == []


def test_a_key_is_used_while_that_version_of_the_file_is_known(desk: Desk, uid: str) -> None:
    file = replace(FILE, source_uid=uid)
    assert used(desk, file)
    assert used(desk, replace(file, path="moved.wav"))  # the path is not in it
    assert not used(desk, replace(file, ident="18"))
    assert not used(desk, replace(file, stamp=Stamp(11, 100)))
    assert not used(desk, replace(file, stamp=Stamp(10, 101)))
    assert not used(desk, replace(file, source_uid="elsewhere"))


def test_a_key_of_a_part_is_used_while_something_plays_that_part(desk: Desk, uid: str) -> None:
    file = replace(FILE, source_uid=uid)
    assert not used(desk, file, samples=SampleRange(0, 500))
    with desk.database.write() as db:
        db.execute("UPDATE item SET first_sample = 100, samples = 500")
    assert used(desk, file, samples=SampleRange(100, 600))
    assert not used(desk, file)


def test_a_key_about_the_original_or_about_a_file_that_makes_no_sense_now(desk: Desk, uid: str) -> None:
    file = replace(FILE, source_uid=uid)
    whole = Key("whole", KeyParts(file.index_name, str(file.stamp), "", ""))
    assert References(desk.database).unused([whole], NOBODY) == []
    folder = desk.files.folder(desk.source().id, "a", 1)
    desk.files.put_files([(folder, FileRow("1.wav", file.stamp, file.ident, problem="broken"))])
    assert used(desk, file)


def test_a_file_that_could_not_be_looked_into_keeps_all_that_is_of_it(desk: Desk, uid: str) -> None:
    file = replace(FILE, source_uid=uid)
    put(desk, file, again=True)
    assert used(desk, replace(file, stamp=Stamp(1, 1)), samples=SampleRange(3, 7))


def test_an_older_name_counts_and_then_the_id_does_not(desk: Desk, uid: str) -> None:
    file = replace(FILE, source_uid=uid, older_name="src/old 17")
    put(desk, file)
    assert used(desk, file)
    assert not used(desk, replace(file, older_name=""))


@pytest.mark.parametrize("name", ["1.wav", "sub/1.wav", "caf\udce9 %20/x#1.wav"])
def test_where_there_are_no_ids_the_path_counts(desk: Desk, uid: str, name: str) -> None:
    file = SourceFile(uid, name, Stamp(10, 100))
    put(desk, file)
    assert used(desk, file)
    assert not used(desk, replace(file, path=f"other {name}"))
    put(desk, replace(file, ident="99"))
    assert not used(desk, file)


def test_what_a_scan_has_not_seen_all_of_is_in_doubt(desk: Desk, uid: str) -> None:
    gone = replace(FILE, source_uid=uid, ident="18")
    assert not used(desk, gone)
    assert used(desk, gone, Spared({uid}, ()))
    other = desk.source("/new").uid
    assert used(desk, replace(gone, source_uid=other))  # never scanned
    desk.files.remove_unseen(desk.source("/new").id, 0)
    assert used(desk, replace(gone, source_uid=other))  # seen empty: a disk that is not mounted
    assert used(desk, replace(gone, source_uid="removed"), Spared((), {"removed"}))


def test_nothing_is_dropped_while_a_file_may_have_moved(desk: Desk, uid: str) -> None:
    references, dropped = References(desk.database), list[str]()
    kept, lost = key(replace(FILE, source_uid=uid)), key(replace(FILE, source_uid=uid, ident="18"))
    put(desk, SourceFile(uid, "b.wav", Stamp(1, 1), "20"))
    desk.remove("b.wav")
    assert references.drop_unused([kept, lost], NOBODY, dropped.append) is None
    with desk.database.write() as db:
        db.execute("DELETE FROM gone")
    assert references.drop_unused([kept, lost], NOBODY, dropped.append) == 1
    assert dropped == [lost.text]


TEXTS = st.text("abcé\U0001f600", max_size=2)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.lists(TEXTS, max_size=5)), max_size=6))
def test_names_are_a_set_in_order(steps: list[tuple[bool, list[str]]]) -> None:
    names, expected = Names(), set[str]()
    for adds, some in steps:
        (names.add if adds else names.discard)(some)
        expected = expected | set(some) if adds else expected - set(some)
    assert list(names) == sorted(expected - {""})
    names.close()


def test_many_names_are_read_in_pages_and_may_go_meanwhile() -> None:
    names = Names()
    names.add(f"{n:04}" for n in range(450))
    found = []
    for name in names:
        found.append(name)
        names.discard([name])
    assert found == [f"{n:04}" for n in range(450)]
    assert list(names) == []
    names.close()
