"""Property lists, piece by piece, as Python's own reader has them; and those that nobody's program writes."""

import os
import plistlib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.exchange.itunesxml import HEAD, library
from musfuse.errors import ConfigError
from musfuse.library.exchange import plist
from musfuse.library.exchange.plist import Entry, PropertyList
from musfuse.library.exchange.steady import SteadyFile

SECTIONS = frozenset({"Tracks", "Playlists"})


def entries(path: Path, section: str = "Tracks") -> list[Entry]:
    with SteadyFile(path) as file:
        opened = PropertyList(file, SECTIONS)
        return list(opened.entries(section))


def test_what_python_reads(tmp_path: Path) -> None:
    tracks = [{"Name": f"Träck & {n}", "Total Time": n, "Loved": n % 2 == 0} for n in range(500)]
    path = tmp_path / "x.xml"
    path.write_text(library(tracks, [{"Name": "Mix", "items": [3, 1]}, {"Name": "None", "items": []}]))
    whole = plistlib.loads(path.read_bytes())
    assert {entry.key: entry.value for entry in entries(path)} == whole["Tracks"]
    assert [entry.value for entry in entries(path, "Playlists")] == whole["Playlists"]


text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
values = st.recursive(
    text | st.integers(-(10**17), 10**17) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(text, values, max_size=4), st.lists(values, max_size=3), st.integers(1, 40))
def test_any_values_in_pieces_of_any_size(tmp_path_factory, tracks, lists, size) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("plist") / "x.xml"
    whole = {"Other": {"a": [1]}, "Tracks": tracks, "Playlists": lists, "Z": 1}
    path.write_bytes(plistlib.dumps(whole, sort_keys=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plist, "_PIECE", size)
        assert {entry.key: entry.value for entry in entries(path)} == tracks
        assert [entry.value for entry in entries(path, "Playlists")] == lists


LAUGHS = '<!DOCTYPE plist [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><plist><dict><key>Tracks</key><dict/></dict></plist>'
OUTSIDE = '<!DOCTYPE plist [<!ENTITY a SYSTEM "file:///etc/passwd">]><plist><string>&a;</string></plist>'
PARAMETER = '<!DOCTYPE plist [<!ENTITY % a SYSTEM "http://x/y"> %a;]><plist/>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (LAUGHS, "declares an entity"), (OUTSIDE, "declares an entity"), (PARAMETER, "declares an entity"),
        ("<plist><dict>" * 50, "lie within each other"), ("<html/>", "begins with <html>"), ("", "no element found"),
        ("bplist00\x00\x01", "not well-formed"), (library([{"Name": "x"}])[:-200], "unclosed|no element"),
        ("<plist><dict><key>Tracks</key><dict><key>1</key>", "no element"), ("<plist>&undefined;</plist>", "undefined entity"),
        ('<?xml version="1.0" encoding="klingon"?><plist/>', "encoding"),
    ],
)  # fmt: skip
def test_what_is_none_says_why(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "x.xml").write_text(content)
    with pytest.raises(ConfigError, match=rf"x\.xml: no property list that can be read: .*({words})"):
        entries(tmp_path / "x.xml", "Playlists")


ENTRY = "<plist><dict><key>Tracks</key><dict><key>1</key>{}</dict></dict></plist>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"<{'a' * 200_000}/>", "a tag or a comment is longer"), (f"<!--{'a' * 200_000}-->", "a tag or a comment"),
        (f"<true a='{'a' * 200_000}'/>", "a tag or a comment"), ("<e0/><e1/>", "has a <e0>"),
        ("<true a0=''/><true a1=''/>", "a <true> has attributes"),
        ("<array>" + f"<string>{'x' * 9000}</string>" * 20 + "</array>", "an entry has more than"),
    ],
    ids=["name", "comment", "attribute", "elements", "attributes", "texts"],
)  # fmt: skip
def test_what_would_be_held_whole_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, words: str
) -> None:
    for limit in ("_PIECE", "_LONGEST_MARKUP", "_LARGEST"):
        monkeypatch.setattr(plist, limit, 50_000)
    (tmp_path / "x.xml").write_text(ENTRY.format(content))
    with pytest.raises(ConfigError, match=rf"x\.xml: no property list that can be read: .*{words}"):
        entries(tmp_path / "x.xml")


def test_declarations_of_any_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(f"<!DOCTYPE plist [<!ELEMENT e0 EMPTY>]>{ENTRY.format('<true/>')}")
    with pytest.raises(ConfigError, match="declares an entity or the like"):
        entries(tmp_path / "x.xml")


def test_a_list_of_more_than_is_kept_counts_as_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plist, "_LARGEST", 50_000)
    monkeypatch.setattr(plist, "_MOST_ENTRIES", 100)
    item = "<dict><key>Track ID</key><integer>1</integer></dict>"
    (tmp_path / "x.xml").write_text(ENTRY.format(f"<array>{item * 5000}</array>"))
    (entry,) = entries(tmp_path / "x.xml")
    assert entry.value == [{"Track ID": 1}] * 100


def test_odd_values_are_none(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(
        "<plist><dict><key>Tracks</key><dict><key>1</key><dict><key>a</key><integer>many</integer><key>b</key>"
        "<date>soon</date><key>c</key><data>AAAA</data><key>d</key><integer>99999999999999999999999</integer>"
        "<string>no key</string><key>e</key></dict><key>2</key><string>text</string></dict></dict></plist>"
    )
    one, two = entries(tmp_path / "x.xml")
    assert one.value == {"a": None, "b": None, "c": None, "d": "no key"}
    assert two == Entry("Tracks", "2", "text")


def test_nothing_is_held_but_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plist, "_MOST_KEYS", 50)
    monkeypatch.setattr(plist, "_MOST_ENTRIES", 50)
    path = tmp_path / "x.xml"
    with path.open("w") as out:
        out.write(f"{HEAD}<key>Tracks</key><dict>")
        for number in range(20_000):
            out.write(f"<key>{number}</key><dict><key>Name</key><string>{'x' * 100}</string></dict>")
        out.write("<key>large</key><dict>" + "".join(f"<key>{n}</key><true/>" for n in range(1000)) + "</dict>")
        out.write("<key>long</key><array>" + "<true/>" * 1000 + "</array></dict></dict></plist>")

    def all_of_it() -> Iterator[Entry]:
        with SteadyFile(path) as file:
            opened = PropertyList(file, SECTIONS)
            yield from opened.entries("Tracks")

    tracemalloc.start()
    last = [entry.value for entry in all_of_it() if not entry.key.isdigit()]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [len(value) for value in last] == [50, 50]  # type: ignore[arg-type]
    assert peak < 8 << 20


def test_what_is_written_meanwhile_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(library([{"Name": "x"}]))
    with SteadyFile(path) as file:
        opened = PropertyList(file, SECTIONS)
        assert len(list(opened.entries("Tracks"))) == 1
        os.utime(path, ns=(1, 1))
        with pytest.raises(ConfigError, match="written while it was read"):
            list(opened.entries("Tracks"))
