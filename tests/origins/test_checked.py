"""What is believed of a place that may be hostile, or only old: names, facts, lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import FOLDER, Toy, ToyOrigin

from musfuse.errors import UnavailableError
from musfuse.model import NodeKind, Stamp
from musfuse.origins import CheckedOrigin, Entry, SourceStat
from musfuse.origins.checked import checked_entries

HOSTILE = ("", ".", "..", "a/b.wav", "/etc/passwd", "../up.wav", "nul\0.wav", "\ud800.wav", "x" * 2000)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_can_be_none_are_reported_and_renamed(name: str) -> None:
    toy = Toy()
    toy.write("good.wav", b"1")
    toy.lies = [Entry(name, SourceStat(NodeKind.FILE, Stamp(1, 1))), Entry(name, FOLDER)]
    entries = list(CheckedOrigin(ToyOrigin("t", "toy://t", toy)).list(""))
    names = [entry.name for entry in entries]
    assert len(set(names)) == 3
    assert names == sorted(names)
    (good,) = (entry for entry in entries if not entry.misnamed)
    assert (good.name, good.problem) == ("good.wav", "")
    for entry in entries:
        assert entry.name.encode("utf-8", "surrogateescape")
        assert not {"/", "\0"} & set(entry.name)
        assert entry.name not in ("", ".", "..")
        if entry is not good:
            assert entry.stat is None
            assert "toy://t" in entry.problem


def test_a_name_that_stands_for_another_takes_nobody_elses() -> None:
    toy = Toy()
    for name in ("a\u2215b.wav", "a\u2215b.wav_"):
        toy.write(name, b"1")
    toy.lies = [Entry("a/b.wav", None)]
    entries = {entry.name: entry for entry in CheckedOrigin(ToyOrigin("t", "toy://t", toy)).list("")}
    assert [name for name, entry in entries.items() if entry.misnamed] == ["a\u2215b.wav__"]
    assert len(entries) == 3


@pytest.mark.parametrize(
    "stat",
    [
        SourceStat(NodeKind.FILE, Stamp(-1, 1)), SourceStat(NodeKind.FILE, Stamp(1 << 63, 1)),
        SourceStat(NodeKind.FILE, Stamp(1, 1 << 64)), SourceStat(NodeKind.FILE, Stamp(1, 1, "\ud800")),
        SourceStat(NodeKind.FILE, Stamp(1, 1, "t" * 5000)), SourceStat(NodeKind.FILE, Stamp(1, 1), "\0"),
    ],
)  # fmt: skip
def test_facts_that_can_be_none_are_a_problem(stat: SourceStat, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Toy()
    toy.lies = [Entry("a.wav", stat)]
    origin = ToyOrigin("t", "toy://t", toy)
    (entry,) = CheckedOrigin(origin).list("")
    assert entry.stat is None
    assert entry.problem.startswith("toy://t/a.wav: its source tells ")
    monkeypatch.setattr(origin, "stat", lambda path: stat)
    with pytest.raises(UnavailableError, match="its source tells"):
        CheckedOrigin(origin).stat("a.wav")


def test_more_bytes_than_were_asked_for_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    origin = ToyOrigin("t", "toy://t", Toy())
    monkeypatch.setattr(origin, "read", lambda *_: b"12345")
    with pytest.raises(UnavailableError, match="5 bytes where 4 were asked for"):
        CheckedOrigin(origin).read("a.wav", 0, 4)


@given(st.lists(st.text("a./\0_\u2215\ud800\udcff", max_size=4), max_size=8))
def test_whatever_a_folder_lists_each_entry_has_a_name_of_its_own(names: list[str]) -> None:
    """And what has a sound name keeps it."""
    found = list(checked_entries(iter(Entry(name, None) for name in sorted(set(names))), "toy://t"))
    shown = [entry.name for entry in found]
    assert len(set(shown)) == len(set(names))
    assert shown == sorted(shown)
    for entry in found:
        assert entry.name not in ("", ".", "..")
        assert not {"/", "\0"} & set(entry.name)
        assert entry.misnamed or entry.name in names


def test_a_sound_listing_stays_as_it_is() -> None:
    entries = [Entry("b.wav", SourceStat(NodeKind.FILE, Stamp(3, -1))), Entry("a.wav", None, "cannot be read", True)]
    assert list(checked_entries(iter(entries), "toy://t")) == entries
