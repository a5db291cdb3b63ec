"""Which files are what the catalog knows: replaced, rewritten, touched, renumbered."""

import os
from pathlib import Path

import sound

from library.conftest import Desk
from musfuse.library.catalog.rows import KnownFile
from musfuse.library.recognition import recognise
from musfuse.model import SourceFile, Stamp
from musfuse.origins import LocalOrigin

NUMBER, TIME, RIGHTS = "7", "100", "644"


def file(tag: str = f"{NUMBER} {TIME} {RIGHTS}", ident: str = NUMBER, mtime: int = 5, older: str = "") -> SourceFile:
    return SourceFile("u", "a.wav", Stamp(10, mtime, tag), ident, older)


def kept(file: SourceFile) -> KnownFile:
    stamp = file.stamp
    return KnownFile(1, "u", b"", b"a.wav", stamp.size, stamp.mtime_ns, stamp.tag, file.ident, file.older_name)


def compare(
    desk: Desk, now: SourceFile, renumbered: bool = False, known: SourceFile | None = None
) -> tuple[bool, bool]:
    found = recognise(desk.files, now, kept(known or file()), renumbered)
    return found.same, found.inspect


def test_the_same_file(desk: Desk) -> None:
    assert compare(desk, file()) == (True, False)


def test_a_new_one(desk: Desk) -> None:
    assert recognise(desk.files, file(), None, False).inspect


def test_another_mtime_or_number(desk: Desk) -> None:
    assert compare(desk, file(mtime=6)) == (False, True)
    assert compare(desk, file(f"8 {TIME} {RIGHTS}", "8")) == (False, True)
    assert compare(desk, file(f"8 {TIME} {RIGHTS}", "8"), renumbered=True) == (True, False)


def test_a_change_time_alone_tells_of_a_rewrite(desk: Desk) -> None:
    now = file(f"{NUMBER} 200 {RIGHTS}")
    assert compare(desk, now) == (False, True)
    found = recognise(desk.files, now, kept(file()), False).file
    assert found.index_name != now.index_name
    assert compare(desk, now, renumbered=True) == (True, False)
    again = recognise(desk.files, now, kept(found), False)
    assert (again.same, again.inspect, again.file.index_name) == (True, False, found.index_name)


def test_permissions_explain_a_change_time(desk: Desk) -> None:
    assert compare(desk, file(f"{NUMBER} 200 600")) == (True, False)


def test_nothing_known_beside_size_and_mtime(desk: Desk) -> None:
    assert compare(desk, file(), known=file("")) == (True, False)
    assert compare(desk, file(""), known=file()) == (True, False)


def test_etags(desk: Desk) -> None:
    assert compare(desk, file('"abc"'), known=file('"abc"')) == (True, False)
    assert compare(desk, file('"abd"'), known=file('"abc"')) == (False, True)


def test_tags_rewritten_in_place_with_the_mtime_kept_show_at_the_next_scan(
    desk: Desk, music: Path, origin: LocalOrigin
) -> None:
    path = sound.write(music / "a.flac", title="Old", artist="X", album="Y")
    desk.scan(origin)
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"=Old", b"=New"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.scan(origin).read == 1
    assert list(desk.tree()) == ["X/Y/New.flac"]
    assert len(desk.dropped) == 1
    assert desk.scan(origin).read == 0


def test_permissions_and_links_cost_no_reading(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    path = sound.write(music / "a.flac", title="A")
    desk.scan(origin)
    path.chmod(0o600)
    assert desk.scan(origin).read == 0
    os.link(path, music.parent / "snapshot")
    assert desk.scan(origin).read == 0
    assert desk.dropped == []
