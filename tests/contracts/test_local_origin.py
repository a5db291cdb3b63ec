"""What only a local origin can meet: links, special files, names that are no text, permissions, replaced files."""

import os
import threading
from pathlib import Path

import pytest

from musfuse.errors import NotFoundError, RefusedError, SourceChangedError
from musfuse.origins import LocalOrigin
from musfuse.origins.filepool import FilePool


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir(mode=0)
    with pytest.raises(RefusedError, match="permission"):
        list(LocalOrigin("u", str(tmp_path)).list("d"))


def test_the_pool_is_bounded_and_closes_what_it_drops(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for n in range(50):
        (tmp_path / f"{n}.wav").write_bytes(str(n).encode())
    origin = LocalOrigin("u", str(tmp_path), open_files=8)
    threads = [threading.Thread(target=lambda: [origin.read(f"{n}.wav", 0, 5) for n in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 8
    origin.close()
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before


def test_a_file_in_use_outlives_its_eviction(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"1")
    pool = FilePool(1)

    def use(fd: int) -> bytes:
        pool.use(("other", None), lambda: os.open(path, os.O_RDONLY), lambda other: b"")
        return os.pread(fd, 1, 0)

    assert pool.use(("f", None), lambda: os.open(path, os.O_RDONLY), use) == b"1"
    assert len(pool) == 1
    pool.close()
