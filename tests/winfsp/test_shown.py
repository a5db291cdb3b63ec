"""What is remembered of listings."""

from hypothesis import given
from hypothesis import strategies as st
from musfuse_winfsp.shown import Mark, Shown, mark_of
from musfuse_winfsp.telling import _between

from musfuse.drive import DirEntry
from musfuse.model import NodeKind

MARKS = st.builds(Mark, st.booleans(), st.integers(1, 3), st.just(0), st.sampled_from("ab"))
FOLDERS = st.dictionaries(st.sampled_from(["a", "A", "b", "c", "d"]), MARKS)


def entry(name: str, version: str = "v") -> DirEntry:
    return DirEntry(1, name, NodeKind.FILE, 5, 0, version)


def test_pages_of_a_listing_are_put_together() -> None:
    shown = Shown()
    shown.note("A", [entry("1"), entry("2")])
    shown.note("A", [entry("3"), entry("2", "new")])
    shown.note("A/B", [entry("x")])
    assert shown.names("A") == {"1": mark_of(entry("1")), "2": mark_of(entry("2", "new")), "3": mark_of(entry("3"))}
    assert sorted(shown.folders()) == ["A", "A/B"]
    shown.replace("A", {})
    assert shown.names("A") == {}


def test_a_folder_that_is_gone_takes_along_what_lies_below() -> None:
    shown = Shown()
    for path in ("A", "A/B", "A/B/C", "AB"):
        shown.note(path, [entry("x")])
    shown.drop("A")
    assert shown.folders() == ["AB"]


def test_folders_that_are_too_large_are_not_remembered_and_all_together_are_bounded() -> None:
    shown = Shown()
    shown.note("large", [entry(str(n)) for n in range(16_385)])
    assert shown.names("large") is None
    many = [entry(str(n)) for n in range(16_000)]
    for folder in range(12):
        shown.note(str(folder), many)
    assert 5 <= len(shown.folders()) <= 9
    assert shown.names("11") is not None


@given(FOLDERS, FOLDERS)
def test_who_follows_what_is_told_of_a_folder_knows_what_is_in_it(
    before: dict[str, Mark], now: dict[str, Mark]
) -> None:
    known = dict.fromkeys(before)
    for notice in _between("F", before, now):
        name = notice.path.removeprefix("F/")
        if notice.action.name == "REMOVED":
            assert before[name].folder == notice.folder
            del known[name]
        elif notice.action.name == "ADDED":
            assert name not in known
            known[name] = None
        else:
            assert before[name] != now[name]
    assert set(known) == set(now)
