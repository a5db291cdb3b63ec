"""Folders of SSH servers: what they list, and what they may not make us believe."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("asyncssh", reason="the extra musfuse[sftp] is not installed")

from musfuse.config.secrets import Secret
from musfuse.errors import NotLetInError
from musfuse.model import NodeKind
from musfuse.origins import CheckedOrigin, IndexWhen, Origin
from musfuse.origins.sftp.origin import SftpOrigin
from musfuse.origins.sftp.session import Credentials
from musfuse.origins.sftp.uris import SftpPlace

from .oddserver import OddServer, odd_server


@pytest.fixture
def odd(root: Path) -> Iterator[OddServer]:
    with odd_server(root) as server:
        yield server


def at(odd: OddServer, password: str = "sesame") -> SftpOrigin:
    return SftpOrigin(
        "o",
        SftpPlace("ann", "127.0.0.1", odd.port, "/"),
        Credentials(known_hosts=str(odd.known), password=Secret(password)),
        IndexWhen.LAZY,
    )


def test_a_large_folder_is_whole_and_sorted(origin: Origin, root: Path) -> None:
    names = {f"{number:04d} {'x' * 60}.flac" for number in range(3000)}
    for name in names:
        (root / name).touch()
    entries = list(origin.list(""))
    assert [entry.name for entry in entries] == sorted(names)
    assert all(entry.stat is not None and entry.stat.kind is NodeKind.FILE for entry in entries)
    assert list(origin.list("")) == entries


def test_an_empty_folder_and_one_that_is_none(origin: Origin, root: Path) -> None:
    assert list(origin.list("")) == []
    (root / "f").touch()
    with pytest.raises(Exception, match="no such file or folder"):
        origin.list("f")


def test_names_that_are_no_text(origin: Origin, root: Path) -> None:
    (root / os.fsdecode(b"caf\xe9.wav")).write_bytes(b"123")
    (entry,) = origin.list("")
    assert os.fsencode(entry.name) == b"caf\xe9.wav"
    assert origin.read(entry.name, 0, 9) == b"123"


def test_links_are_followed_inside_and_no_further(origin: Origin, root: Path, tmp_path: Path) -> None:
    (root / "a/b").mkdir(parents=True)
    (root / "a/x.wav").write_bytes(b"12")
    (tmp_path / "secret").write_bytes(b"hunter2")
    for name, target in (
        ("in.wav", "a/x.wav"), ("folder", "a"), ("out.wav", "../secret"), ("up", ".."), ("dangling", "none"), ("a/b/back", "../../a"), ("self", "."),
    ):  # fmt: skip
        (root / name).symlink_to(target)
    os.mkfifo(root / "pipe")
    found = {entry.name: entry for entry in origin.list("")}
    assert found["in.wav"].stat is not None
    assert found["in.wav"].stat.stamp.size == 2
    assert found["folder"].stat is not None
    assert found["folder"].stat.kind is NodeKind.FOLDER
    for name, said in (
        ("out.wav", "leads out of the source"), ("up", "leads out of the source"), ("dangling", "no such file"), ("pipe", "neither a file nor a folder"),
        ("self", "back to a folder above"),
    ):  # fmt: skip
        assert found[name].stat is None
        assert said in found[name].problem
    (back,) = origin.list("a/b")
    assert "back to a folder above" in back.problem


def test_its_file_system_names_the_root(origin: Origin, odd: OddServer) -> None:
    assert origin.stat("").ident.startswith("fs:")
    bare = at(odd)
    assert bare.stat("").ident == ""
    bare.close()


def test_a_server_that_tells_less_is_asked_for_each(odd: OddServer, root: Path) -> None:
    (root / "a.wav").write_bytes(b"12")
    (root / "d").mkdir()
    odd.bare = True
    origin = at(odd)
    found = {entry.name: entry.stat for entry in origin.list("")}
    assert found["a.wav"] is not None
    assert (found["a.wav"].kind, found["a.wav"].stamp.size) == (NodeKind.FILE, 2)
    assert found["d"] is not None
    assert found["d"].kind is NodeKind.FOLDER
    origin.close()


def test_hostile_names_lead_nowhere(odd: OddServer, root: Path) -> None:
    odd.extra = [b"..", b"../up.wav", b"/etc/passwd", b"a\0.wav", b"", b"x" * 5000]
    origin = CheckedOrigin(at(odd))
    entries = list(origin.list(""))
    assert len(entries) == len(odd.extra) - 1, "`..` is in every folder"
    assert all(entry.stat is None and entry.misnamed and "/" not in entry.name for entry in entries)
    origin.close()


def test_a_password_lets_in_and_another_does_not(odd: OddServer, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    (root / "a.wav").write_bytes(b"12")
    right, wrong = at(odd), at(odd, "mellon")
    assert right.read("a.wav", 0, 5) == b"12"
    with pytest.raises(NotLetInError) as caught:
        wrong.stat("")
    assert "mellon" not in str(caught.value)
    assert odd.logins == [("ann", "sesame"), ("ann", "mellon")]
    right.close()
    wrong.close()
