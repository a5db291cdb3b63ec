"""What only a local origin can meet: links, special files, names that are no text, permissions, replaced files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from musfuse.errors import NotFoundError, RefusedError, SourceChangedError
from musfuse.origins import LocalOrigin
from musfuse.platform import system


def test_a_link_out_is_refused_and_listed_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "outside.wav").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "inside.wav").write_bytes(b"1")
    (root / "link.wav").symlink_to(tmp_path / "outside.wav")
    (root / "good.wav").symlink_to("inside.wav")
    origin = LocalOrigin("u", str(root))
    entries = {e.name: e for e in origin.list("")}
    assert entries["link.wav"].stat is None
    assert "leads out" in entries["link.wav"].problem
    assert entries["good.wav"].stat is not None
    with pytest.raises(RefusedError):
        origin.read("link.wav", 0, 10)
    allowed = LocalOrigin("u", str(root), follow_links_out=True)
    assert allowed.read("link.wav", 0, 10) == b"secret"


def test_a_root_that_is_a_link_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "f.wav").write_bytes(b"1")
    (tmp_path / "root").symlink_to("real")
    assert LocalOrigin("u", str(tmp_path / "root")).read("f.wav", 0, 1) == b"1"


def test_broken_links_and_pipes_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "broken.wav").symlink_to("nowhere")
    origin = LocalOrigin("u", str(tmp_path))
    assert all(e.stat is None and e.problem for e in origin.list(""))
    with pytest.raises(RefusedError):
        origin.read("pipe.wav", 0, 1)
    with pytest.raises(NotFoundError):
        origin.read("broken.wav", 0, 1)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    raw = os.fsencode(str(tmp_path)) + b"/caf\xe9.wav"
    Path(os.fsdecode(raw)).write_bytes(b"latin")
    origin = LocalOrigin("u", str(tmp_path))
    (entry,) = origin.list("")
    assert entry.name == "caf\udce9.wav"
    assert origin.read(entry.name, 0, 10) == b"latin"


def test_a_replaced_file_keeps_its_bytes_for_who_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "f.wav"
    path.write_bytes(b"old" * 1000)
    origin = LocalOrigin("u", str(tmp_path))
    stamp = origin.stat("f.wav").stamp
    assert origin.read("f.wav", 0, 3, stamp) == b"old"
    (tmp_path / "new").write_bytes(b"new!" * 1000)
    (tmp_path / "new").replace(path)
    assert origin.read("f.wav", 3, 3, stamp) == b"old"
    assert origin.read("f.wav", 0, 4, origin.stat("f.wav").stamp) == b"new!"


def test_a_file_rewritten_in_place_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "f.wav"
    path.write_bytes(b"old" * 1000)
    os.utime(path, (1, 1))
    origin = LocalOrigin("u", str(tmp_path))
    stamp = origin.stat("f.wav").stamp
    assert origin.read("f.wav", 0, 3, stamp) == b"old"
    path.write_bytes(b"NEW" * 1000)
    with pytest.raises(SourceChangedError, match=r"f\.wav"):
        origin.read("f.wav", 0, 3, stamp)


def test_a_file_rewritten_in_place_with_its_mtime_kept_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "f.wav"
    path.write_bytes(b"old" * 1000)
    origin = LocalOrigin("u", str(tmp_path))
    before, stamp = path.stat(), origin.stat("f.wav").stamp
    assert origin.read("f.wav", 0, 3, stamp) == b"old"
    wait_for_another_time(tmp_path, before.st_ctime_ns)
    path.write_bytes(b"NEW" * 1000)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert origin.stat("f.wav").stamp.looks_like(stamp)
    with pytest.raises(SourceChangedError, match=r"f\.wav"):
        origin.read("f.wav", 0, 3, stamp)


@pytest.mark.parametrize("how", ["renamed", "linked", "permissions", "removed"])
def test_what_explains_a_change_time_disturbs_no_reader(tmp_path: Path, how: str) -> None:
    path = tmp_path / "f.wav"
    path.write_bytes(b"old" * 1000)
    origin = LocalOrigin("u", str(tmp_path))
    stamp = origin.stat("f.wav").stamp
    assert origin.read("f.wav", 0, 3, stamp) == b"old"
    wait_for_another_time(tmp_path, path.stat().st_ctime_ns)
    if how == "renamed":
        path.rename(tmp_path / "g.wav")
    elif how == "linked":
        os.link(path, tmp_path / "g.wav")
    elif how == "permissions":
        path.chmod(0o600)
    else:
        path.unlink()
    for _ in range(2):
        assert origin.read("f.wav", 3, 3, stamp) == b"old"
    if how == "permissions":  # which explains nothing that happens later
        now = path.stat()
        wait_for_another_time(tmp_path, now.st_ctime_ns)
        path.write_bytes(b"NEW" * 1000)
        os.utime(path, ns=(now.st_atime_ns, now.st_mtime_ns))
        with pytest.raises(SourceChangedError):
            origin.read("f.wav", 0, 3, stamp)


def wait_for_another_time(folder: Path, before_ns: int) -> None:
    """Until the file system's clock has moved on: it moves in steps of some ms."""
    probe = folder / "clock"
    while True:
        probe.write_bytes(b"")
        if probe.stat().st_ctime_ns > before_ns:
            break
    probe.unlink()


def test_access_times_do_not_move(tmp_path: Path) -> None:
    folder = tmp_path / "music"
    folder.mkdir()
    old = 1_500_000_000
    for name in ("f.wav", "control"):
        (folder / name).write_bytes(b"1" * 100)
        os.utime(folder / name, (old, old + 1))
    os.utime(folder, (old, old + 1))
    (folder / "control").read_bytes()
    if (folder / "control").stat().st_atime == old:
        pytest.skip("this file system keeps no access times")
    origin = LocalOrigin("u", str(folder))
    stamp = next(entry.stat for entry in origin.list("") if entry.name == "f.wav").stamp  # type: ignore[union-attr]
    assert origin.read("f.wav", 0, 100, stamp) == b"1" * 100
    assert (folder.stat().st_atime, (folder / "f.wav").stat().st_atime) == (old, old)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read what is somebody else's in every way")
def test_files_of_others_are_read_without_the_owners_rights(tmp_path: Path) -> None:
    """O_NOATIME is for the owner; everybody else reads all the same."""
    (tmp_path / "f.wav").write_bytes(b"1")
    tmp_path.chmod(0o755)
    script = (
        "import os, sys; os.setgid(65534); os.setuid(65534); from musfuse.platform import system;"
        " fd = system.open_shared('f.wav'); print(system.read_at(fd, 1, 0), system.opened_folder('.').__enter__()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import os, musfuse.platform; " + script], cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert "b'1' ['f.wav']" in done.stdout, done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir(mode=0)
    with pytest.raises(RefusedError, match="permission"):
        list(LocalOrigin("u", str(tmp_path)).list("d"))


def test_a_root_that_the_system_spells_otherwise_holds_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a file system ignores case, which the test makes of one that does not."""
    (tmp_path / "Music").mkdir()
    (tmp_path / "Music/f.wav").write_bytes(b"1")
    (tmp_path / "music").symlink_to("Music")
    origin = LocalOrigin("u", str(tmp_path / "Music"))
    place_of = system.place_of

    def otherwise(fd: int) -> str:
        return place_of(fd).replace(f"{tmp_path}/Music", f"{tmp_path}/music")

    monkeypatch.setattr(system, "place_of", otherwise)
    monkeypatch.setattr(sys.modules[place_of.__module__], "place_of", otherwise)
    assert origin.read("f.wav", 0, 1) == b"1"
    assert [entry.name for entry in origin.list("")] == ["f.wav"]
    (tmp_path / "music").unlink()
    (tmp_path / "music").mkdir()  # another folder, where case counts
    origin.let_go()
    with pytest.raises(RefusedError):
        origin.read("f.wav", 0, 1)
