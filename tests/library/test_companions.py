"""Which files of a folder are companions, and what is found in pictures among them."""

import pytest
import sound
from drive.albums import cover
from failing import FailsOnce

from library.conftest import INSPECTORS
from musfuse.library.catalog.companions import Companion
from musfuse.library.catalog.rows import NOT_LOOKED_AT
from musfuse.library.companions import PLAYLIST, SIDECAR, CompanionFinder
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins import Entry, MemoryOrigin, SourceStat
from musfuse.store import MemoryKv, PictureStore


def finder(sidecars: str = "") -> CompanionFinder:
    return CompanionFinder(PictureStore(MemoryKv()), INSPECTORS, sidecars)


def entry(name: str, kind: NodeKind = NodeKind.FILE) -> Entry:
    return Entry(name, SourceStat(kind, Stamp(7, 8, "t"), "i"))


def kinds(*names: str, sidecars: str = "") -> dict[str, str]:
    return {found.name: found.kind for found in finder(sidecars).of([entry(name) for name in names])}


def test_covers_are_known_by_their_names_and_ranked() -> None:
    best_first = (
        "Cover.JPG", "folder.png", "front.webp", "cover - scan.jpeg", "AlbumArt_{1}_Large.jpg", "albumart_small.bmp",
    )  # fmt: skip
    found = finder().of([entry(name) for name in reversed(best_first)])
    assert {companion.kind for companion in found} == {"front"}
    assert [companion.name for companion in sorted(found, key=lambda c: c.position)] == list(best_first)
    assert kinds("back.jpg", "Back (2).png", "BACK-side.gif") == dict.fromkeys(
        ("back.jpg", "Back (2).png", "BACK-side.gif"), "back"
    )


@pytest.mark.parametrize(
    "name",
    ["coverage.jpg", "cover.jpg.txt", "cover", "cover.pdf", ".cover.jpg", "background.jpg", "mycover.jpg", "1.flac"],
)
def test_other_files_are_none(name: str) -> None:
    assert kinds(name) == {}


def test_folders_and_what_cannot_be_used_are_none() -> None:
    entries = [entry("cover.jpg", NodeKind.FOLDER), Entry("front.jpg", None, "leads out")]
    assert finder("*").of(entries) == []


def test_sidecars_are_what_the_patterns_say_and_covers_stay_covers() -> None:
    names = ("Rip.LOG", "booklet.pdf", "a.m3u", "cover.jpg", "scan.jpg", ".hidden.log")
    assert kinds(*names, sidecars=" *.log, BOOKLET.*,, s?an.jpg ") == {
        "Rip.LOG": SIDECAR, "booklet.pdf": SIDECAR, "cover.jpg": "front", "scan.jpg": SIDECAR, "a.m3u": PLAYLIST,
    }  # fmt: skip


def looked(name: str, data: bytes, store: PictureStore, kind: str = "front") -> Companion:
    origin = MemoryOrigin("m", {name: data})
    facts = origin.stat(name)
    companion = Companion(name, facts.stamp, facts.ident, kind)
    file = SourceFile("m", name, facts.stamp, facts.ident)
    return CompanionFinder(store, INSPECTORS).inspect(origin, file, companion)


def test_a_picture_is_kept_and_told_what_it_is() -> None:
    store = PictureStore(MemoryKv())
    for kind, number in (("front", 3), ("back", 4)):
        found = looked(f"{kind}.png", sound.picture(20), store, kind)
        assert found.picture is not None
        assert (found.picture.mime, found.picture.width, found.picture.kind) == ("image/png", 20, number)
        assert store.get(found.picture.digest) == sound.picture(20)
    assert looked("a.log", b"log", store, SIDECAR).picture is None


@pytest.mark.parametrize("data", [b"", b"no picture", cover((40, 40))[:300], cover((9000, 9000), "GIF")])
def test_what_is_no_picture_has_the_reason_and_is_not_looked_at_again(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    kv = MemoryKv()
    found = looked("cover.jpg", data, PictureStore(kv))
    assert found.picture is None
    assert found.problem
    assert found.stamp.mtime_ns != NOT_LOOKED_AT
    assert f"memory:m/cover.jpg: {found.problem}" in caplog.text
    assert kv._values == {}


def test_what_could_not_be_read_is_looked_at_again() -> None:
    origin = FailsOnce(1)
    origin.write("cover.png", sound.picture(20))
    facts = origin.stat("cover.png")
    file = SourceFile("m", "cover.png", facts.stamp, facts.ident)
    companion = Companion("cover.png", facts.stamp, facts.ident, "front")
    found = finder().inspect(origin, file, companion)
    assert (found.stamp.mtime_ns, found.picture) == (NOT_LOOKED_AT, None)
    assert "input/output error" in found.problem
    again = finder().inspect(origin, file, companion)
    assert (again.stamp, again.problem) == (facts.stamp, "")
