"""What the kernel may remember, with libfuse's functions and without."""

import ctypes
import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from musfuse_fuse.kernel import KernelMemory


class Libfuse:
    """The functions of libfuse 3 that are called, which know these paths."""

    def __init__(self, *known: str) -> None:
        self.known, self.asked = known, list[str]()

    def fuse_get_context(self) -> Any:
        return SimpleNamespace(contents=SimpleNamespace(fuse=4711))

    @property
    def fuse_invalidate_path(self) -> Any:
        @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)
        def invalidate(fuse: int, path: bytes) -> int:
            assert fuse == 4711
            self.asked.append(path.decode("utf-8", "surrogateescape"))
            return 0 if self.asked[-1] in self.known else -errno.ENOENT

        return invalidate


def config() -> Any:
    return SimpleNamespace(entry_timeout=1.0, attr_timeout=0.0)


def test_time_outs_are_long_but_while_a_handle_is_stale(tmp_path: Path) -> None:
    memory, conf = KernelMemory(Libfuse(), str(tmp_path), 60), config()
    memory.connect(conf)
    assert (conf.entry_timeout, conf.attr_timeout) == (60, 60)
    memory.hold(True)
    assert (conf.entry_timeout, conf.attr_timeout) == (60, 0)
    memory.hold(False)
    assert conf.attr_timeout == 60


def test_a_handle_may_be_stale_before_the_kernel_connects(tmp_path: Path) -> None:
    memory, conf = KernelMemory(Libfuse(), str(tmp_path), 60), config()
    memory.hold(True)
    memory.connect(conf)
    assert (conf.entry_timeout, conf.attr_timeout) == (60, 0)


@pytest.mark.parametrize(("library", "seconds"), [(None, 60), (SimpleNamespace(), 60), (Libfuse(), 0)])
def test_without_a_way_to_forget_nothing_is_kept(tmp_path: Path, library: Any, seconds: float) -> None:
    memory, conf = KernelMemory(library, str(tmp_path), seconds), config()
    memory.connect(conf)
    memory.hold(False)
    assert (conf.entry_timeout, conf.attr_timeout, memory.seconds) == (1.0, 0.0, 0)
    assert not memory.forget("/a")


def test_only_what_is_known_is_forgotten(tmp_path: Path) -> None:
    library = Libfuse("/a", "/caf\udce9")
    memory = KernelMemory(library, str(tmp_path), 60)
    assert not memory.forget("/a")  # the kernel has not connected yet
    memory.connect(config())
    assert [memory.forget(path) for path in ("/a", "/b", "/caf\udce9")] == [True, False, True]
    assert library.asked == ["/a", "/b", "/caf\udce9"]
    memory.close()
    assert not memory.forget("/a")
    assert len(library.asked) == 3


def test_a_mount_that_has_ended_forgets_nothing(tmp_path: Path) -> None:
    library = Libfuse("/a")
    memory = KernelMemory(library, str(tmp_path / "gone"), 60)
    memory.connect(config())
    assert not memory.forget("/a")
    assert library.asked == []
