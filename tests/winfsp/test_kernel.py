"""That the simulated kernel is as strict as the driver: what it remembers, over a file system that says what it likes."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import cffi
import pytest

from winfsp.cdefs import CDEFS
from winfsp.driver import BUFFER_OVERFLOW, CANCELLED, FILE_READ_ATTRIBUTES, SUCCESS
from winfsp.filenode import SHARING_VIOLATION
from winfsp.guard import Guard, NoGuard
from winfsp.kernel import PAGE, Kernel, PageError

FILE, FOLDER = 0x2001, 0x2010
FFI = cffi.FFI()
FFI.cdef(CDEFS)


@dataclass
class Said:
    """A file system that says of every file what it is told to say, and writes down what it was asked."""

    size: int = 3 * PAGE
    attributes: int = FILE
    names: list[str] = field(default_factory=lambda: ["a", "b"])
    status: int = 0
    opened: int = 0
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    wait: threading.Event | None = None

    def GetSecurityByName(self, fs: Any, name: Any, attributes: Any, descriptor: Any, size: Any) -> int:
        raw = "O:BAG:BAD:P(A;;FA;;;WD)".encode("utf-16-le")
        attributes[0], room, size[0] = self.attributes, size[0], len(raw)
        if room < len(raw):
            return BUFFER_OVERFLOW
        FFI.memmove(descriptor, raw, len(raw))
        return 0

    def _fill(self, info: Any) -> None:
        info.FileAttributes, info.FileSize, info.AllocationSize = self.attributes, self.size, self.size
        info.CreationTime = info.IndexNumber = 1

    def Open(self, fs: Any, name: Any, options: int, access: int, context: Any, info: Any) -> int:
        if self.wait is not None:
            self.wait.wait(10)
        self.opened += 1
        context[0] = FFI.cast("PVOID", self.opened)
        self._fill(info)
        return 0

    def Create(self, *_: Any) -> int:
        return 0xC00000A2

    def Close(self, fs: Any, context: Any) -> None:
        self.asked.append(("close", int(FFI.cast("uintptr_t", context))))

    def GetFileInfo(self, fs: Any, context: Any, info: Any) -> int:
        self._fill(info)
        return 0

    def Read(self, fs: Any, context: Any, buffer: Any, offset: int, length: int, done: Any) -> int:
        self.asked.append(("read", int(FFI.cast("uintptr_t", context)), offset, length))
        done[0] = max(0, min(length, self.size - offset))
        return self.status

    def ReadDirectory(
        self, fs: Any, context: Any, wanted: Any, marker: Any, buffer: Any, length: int, done: Any
    ) -> int:
        self.asked.append(("list",))
        at = 0
        for name in self.names:
            entry = FFI.cast("FSP_FSCTL_DIR_INFO *", buffer + at)
            entry.Size = 104 + 2 * len(name)
            self._fill(entry.FileInfo)
            FFI.memmove(entry.FileNameBuf, name.encode("utf-16-le"), 2 * len(name))
            at += -(-entry.Size // 8) * 8
        FFI.memmove(buffer + at, b"\0\0", 2)
        done[0] = at + 2
        return 0


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def kernel(said: Said) -> Iterator[Kernel]:
    params = {"file_info_timeout": 0xFFFFFFFF, "dir_info_timeout": 5000, "irp_timeout": 0}
    volume = SimpleNamespace(file_system=FFI.NULL, interface=said, params=params, guard=NoGuard())
    made = Kernel(FFI, volume, 4)
    yield made
    made.stop()


def test_facts_of_a_second_open_are_not_looked_at_while_any_handle_is_open(kernel: Kernel, said: Said) -> None:
    first = kernel.open("\\A", FILE_READ_ATTRIBUTES)
    said.size = PAGE
    second = kernel.open("\\a")  # the same name to the driver
    assert second.info.size == kernel.query(second).size == 3 * PAGE
    assert kernel.attributes("\\A")[1] is first.info
    kernel.close(first)
    third = kernel.open("\\A")
    assert third.info.size == 3 * PAGE
    for opened in (second, third):
        kernel.close(opened)
    assert kernel.open("\\A").info.size == PAGE


def test_pages_are_whole_and_read_through_the_first_reader(kernel: Kernel, said: Said) -> None:
    said.size = 2 * PAGE + 100
    first, second = kernel.open("\\A"), kernel.open("\\A")
    assert len(kernel.cached_read(first, 10, 20)) == 20
    assert len(kernel.cached_read(second, PAGE, 10 * PAGE)) == PAGE + 100
    assert said.asked == [("read", 1, 0, PAGE), ("read", 1, PAGE, 2 * PAGE)]  # the tail is overrun
    kernel.close(first)
    assert said.asked[2:] == []  # the first is needed for pages
    assert kernel.cached_read(second, 0, 5) == bytes(5)
    kernel.close(second)
    assert sorted(said.asked[2:]) == [("close", 1), ("close", 2)]
    assert not len(kernel.driver.nodes)


def test_a_version_that_is_shorter_is_filled_with_zeros(kernel: Kernel, said: Said) -> None:
    opened = kernel.open("\\A")
    said.size = PAGE
    with pytest.raises(AssertionError, match="fills 8192 bytes"):
        kernel.cached_read(opened, 0, 3 * PAGE)


def test_a_page_that_cannot_be_read_is_an_error_of_who_reads_it(kernel: Kernel, said: Said) -> None:
    opened = kernel.open("\\A")
    said.status = 0xC0000185
    with pytest.raises(PageError) as caught:
        kernel.cached_read(opened, 0, 10)
    assert caught.value.status == 0xC0000185


def test_a_folder_is_listed_from_memory_for_a_while(kernel: Kernel, said: Said) -> None:
    now = 1000.0
    kernel.driver.now = lambda: now
    said.attributes = FOLDER
    first, second = kernel.open("\\A"), kernel.open("\\A")
    assert [name for name, _ in kernel.entries(first)] == ["a", "b"]
    said.names = ["c"]
    assert [name for name, _ in kernel.entries(second)] == ["a", "b"]
    now += 5001
    assert [name for name, _ in kernel.entries(second, "C*")] == ["c"]
    assert said.asked == [("list",)] * 2
    kernel.close(first), kernel.close(second)
    kernel.entries(kernel.open("\\A"))
    assert said.asked.count(("list",)) == 3  # with the last handle the memory went


def test_who_shares_with_nobody_has_it_alone(kernel: Kernel, said: Said) -> None:
    first = kernel.open("\\A", share=1)
    assert kernel.open("\\A", access=0x10000).status == SHARING_VIOLATION
    assert said.asked == [("close", 2)]  # the file system had opened it
    assert kernel.open("\\A", share=0).status == SHARING_VIOLATION
    assert kernel.open("\\A", access=FILE_READ_ATTRIBUTES, share=0).status == SUCCESS
    kernel.close(first)
    assert kernel.open("\\A", share=0).status == SUCCESS


def test_a_call_that_takes_too_long_is_cancelled_and_what_it_opened_is_lost(kernel: Kernel, said: Said) -> None:
    said.wait, kernel.irp_seconds = threading.Event(), 0.05
    assert kernel.open("\\A").status == CANCELLED
    said.wait.set()
    until = time.monotonic() + 10
    while not said.opened and time.monotonic() < until:
        time.sleep(0.005)
    kernel.irp_seconds = 60
    assert kernel.open("\\A").info.size == said.size
    assert said.asked == []  # Close never comes


def test_who_may_create_waits_for_all_opens_and_lets_none_in() -> None:
    guard, done = Guard(), []
    waiting = threading.Event()

    def create() -> None:
        waiting.set()
        with guard.alone():
            done.append("create")

    def open_() -> None:
        with guard.shared():
            done.append("open")

    threads = [threading.Thread(target=create), threading.Thread(target=open_)]
    with guard.shared():
        threads[0].start()
        waiting.wait()
        while not guard.waiting:
            time.sleep(0.001)
        threads[1].start()
        threads[1].join(0.05)
        assert done == []
    for thread in threads:
        thread.join()
    assert done == ["create", "open"]
