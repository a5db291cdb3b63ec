"""How the simulated driver and DLL answer one request, on whatever thread: names, buffers and what the driver knows of a
name are checked as strictly as Windows does. `kernel.py` asks it from the threads of a dispatcher, as programs do.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from winfsp.filenode import ACCESS_DENIED, INFINITE, FileNodes, Info, Opened, upcase
from winfsp.lent import Lent

SUCCESS, BUFFER_OVERFLOW = 0, 0x80000005
OBJECT_NAME_INVALID, OBJECT_NAME_COLLISION, INVALID_PARAMETER = 0xC0000033, 0xC0000035, 0xC000000D
NOT_A_DIRECTORY, FILE_IS_A_DIRECTORY, END_OF_FILE = 0xC0000103, 0xC00000BA, 0xC0000011
CANNOT_DELETE, FILE_DELETED = 0xC0000121, 0xC0000123
CANCELLED, OBJECT_NAME_NOT_FOUND = 0xC0000120, 0xC0000034
FILE_READ_DATA, FILE_WRITE_DATA, FILE_READ_ATTRIBUTES, DELETE = 0x1, 0x2, 0x80, 0x10000
DIRECTORY_FILE, NON_DIRECTORY_FILE, DELETE_ON_CLOSE = 0x1, 0x40, 0x1000
_DIRECTORY, _READONLY = 0x10, 0x1
_PAGE = 4096


def is_descriptor(descriptor: bytes) -> bool:
    """Whether it is a self-relative security descriptor of revision 1, or the text of one, as the simulated DLL has it."""
    return descriptor.startswith(("O:BA".encode("utf-16-le"), b"\x01\x00")) and len(descriptor) > 20


class Driver:
    """One volume as the driver has it; `now` is its clock (ms), `files` are the file objects whose Close was not sent."""

    def __init__(self, ffi: Any, volume: Any) -> None:
        self._ffi, self._volume = ffi, volume
        self._fs, self._interface = volume.file_system, volume.interface
        self.now: Callable[[], float] = lambda: time.monotonic() * 1000
        self.nodes = FileNodes()
        self._lock = threading.Lock()
        self.files: set[Opened] = set()

    def until(self, name: str) -> float:
        timeout = self._volume.params[name]
        return float("inf") if timeout == INFINITE else self.now() + timeout

    def wide(self, text: str) -> Any:
        """A PWSTR."""
        raw = text.encode("utf-16-le", "surrogatepass")
        made = self._ffi.new("WCHAR[]", len(raw) // 2 + 1)
        self._ffi.memmove(made, raw, len(raw))
        return made

    @staticmethod
    def valid(name: str) -> bool:
        if not name.startswith("\\"):
            return False
        parts = name.strip("\\").split("\\") if name != "\\" else []
        return all(
            part and len(part.encode("utf-16-le", "surrogatepass")) <= 510 and not set(part) & set('<>:"/|?*')
            and not any(ord(c) < 32 for c in part)
            for part in parts
        )  # fmt: skip

    def security(self, name: str) -> tuple[int, int, bytes]:
        """GetSecurityByName with a retry on overflow: status, attributes, descriptor."""
        attributes, size = self._ffi.new("UINT32 *"), self._ffi.new("SIZE_T *")
        room = 16
        for _ in range(2):
            lent = self.lend(room)
            size[0] = room
            status = self._interface.GetSecurityByName(
                self._fs, self.wide(name), attributes, lent.cast("SECURITY_DESCRIPTOR *"), size
            )
            lent.check()
            if status != BUFFER_OVERFLOW:
                break
            room = size[0]
        if status != SUCCESS:
            return status, 0, b""
        return status, attributes[0], lent.bytes(size[0])

    def open(self, name: str, access: int, options: int, share: int = 7, gone: threading.Event | None = None) -> Opened:
        with self._volume.guard.shared():
            return self._opened(name, access, options, share, gone)

    def _opened(self, name: str, access: int, options: int, share: int, gone: threading.Event | None) -> Opened:
        if not self.valid(name):
            return Opened(OBJECT_NAME_INVALID)
        trailing = name.endswith("\\") and name != "\\"
        name = name.rstrip("\\") or "\\"
        status, attributes, descriptor = self.security(name)
        if status != SUCCESS:
            return Opened(status)
        assert is_descriptor(descriptor), "a descriptor that was freed"
        folder = bool(attributes & _DIRECTORY)
        if (options & DIRECTORY_FILE or trailing) and not folder:
            return Opened(NOT_A_DIRECTORY)
        if options & NON_DIRECTORY_FILE and folder:
            return Opened(FILE_IS_A_DIRECTORY)
        if attributes & _READONLY and access & FILE_WRITE_DATA:
            return Opened(ACCESS_DENIED)
        context, info = self._ffi.new("PVOID *"), self.lend(88)
        normalized = self.lend(1024)
        opened = info.cast("FSP_FSCTL_OPEN_FILE_INFO *")
        opened.NormalizedName, opened.NormalizedNameSize = normalized.cast("PWSTR"), 1024
        status = self._interface.Open(
            self._fs, self.wide(name), options, access, context, info.cast("FSP_FSCTL_FILE_INFO *")
        )
        info.check(), normalized.check()
        if status != SUCCESS:
            return Opened(status)
        # A volume that ignores case gets its names upper-cased unless the file system tells how they are spelled.
        spelled = upcase(name)
        if opened.NormalizedNameSize != 1024:
            spelled = normalized.bytes(opened.NormalizedNameSize).decode("utf-16-le")
            assert upcase(spelled) == upcase(name), "NormalizedName differs from the request in more than case"
        made = Opened(SUCCESS, spelled, context[0], None, access, share)
        if gone is not None and gone.is_set():
            return Opened(CANCELLED)  # nobody waits for it any more, and nobody will ever close it
        refused = self.nodes.enter(upcase(spelled), made, info_of(opened.FileInfo), self.until("file_info_timeout"))
        if refused:
            self._interface.Close(self._fs, made.context)
            return Opened(refused)
        with self._lock:
            self.files.add(made)
        return made

    def create(self, name: str, always: bool = False) -> Opened:
        with self._volume.guard.alone():
            if always:
                opened = self._opened(name, FILE_READ_DATA | FILE_READ_ATTRIBUTES, 0, 7, None)
                if opened.status != OBJECT_NAME_NOT_FOUND:
                    return opened
            if self.valid(name) and self.security(name)[0] == SUCCESS:
                return Opened(OBJECT_NAME_COLLISION)
            return self._created(name, 0, FILE_WRITE_DATA, 0x80)

    def made(self, name: str) -> Opened:
        with self._volume.guard.alone():
            return self._created(name, DIRECTORY_FILE, FILE_READ_ATTRIBUTES, _DIRECTORY)

    def _created(self, name: str, options: int, access: int, attributes: int) -> Opened:
        if not self.valid(name):
            return Opened(OBJECT_NAME_INVALID)
        context, info = self._ffi.new("PVOID *"), self.lend(88)
        status = self._interface.Create(
            self._fs, self.wide(name), options, access, attributes, self._ffi.NULL, 0, context,
            info.cast("FSP_FSCTL_FILE_INFO *"),
        )  # fmt: skip
        info.check()
        if status != SUCCESS:
            return Opened(int(status))
        made = Opened(SUCCESS, name, context[0], None, access, 7)
        raw = info.cast("FSP_FSCTL_OPEN_FILE_INFO *").FileInfo
        self.nodes.enter(upcase(name), made, info_of(raw), self.until("file_info_timeout"))
        with self._lock:
            self.files.add(made)
        self._listings_change(name)
        return made

    def written(self, opened: Opened, offset: int, data: bytes) -> int:
        """Pages of the cache: they end with a page, and do not make a file longer."""
        assert opened.node is not None
        lent, transferred = self.lend(-(-len(data) // _PAGE) * _PAGE), self._ffi.new("ULONG *")
        self._ffi.memmove(lent.pointer, data, len(data))
        info = self.lend(72)
        status = self._interface.Write(
            self._fs, opened.context, lent.pointer, offset, -(-len(data) // _PAGE) * _PAGE, False, True, transferred,
            info.cast("FSP_FSCTL_FILE_INFO *"),
        )  # fmt: skip
        info.check()
        if status == SUCCESS:
            assert transferred[0] == len(data)
            opened.node.info = info_of(info.cast("FSP_FSCTL_FILE_INFO *"))
        return int(status)

    def sized(self, opened: Opened, size: int) -> int:
        """SetEndOfFile."""
        with self._volume.guard.alone():
            return self._told(opened, "SetFileSize", size, False)

    def said(self, opened: Opened) -> int:
        """SetFileTime and SetFileAttributes."""
        with self._volume.guard.alone():
            return self._told(opened, "SetBasicInfo", 0x20, 1, 1, 1, 1)

    def _told(self, opened: Opened, name: str, *values: int) -> int:
        assert opened.node is not None
        info = self.lend(72)
        raw = info.cast("FSP_FSCTL_FILE_INFO *")
        status = getattr(self._interface, name)(self._fs, opened.context, *values, raw)
        info.check()
        if status == SUCCESS:
            opened.node.info = info_of(raw)
        return int(status)

    def marked(self, opened: Opened, posix: bool) -> int:
        """SetInformation with FileDispositionInformationEx, or, not `posix`, FileDispositionInformation."""
        node = opened.node
        assert node is not None
        if posix and not self._volume.posix:
            return INVALID_PARAMETER
        with self._volume.guard.shared():
            if node.deleted:
                return FILE_DELETED
            if opened.info.attributes & _READONLY:
                return CANNOT_DELETE
            status = int(self._interface.CanDelete(self._fs, opened.context, self.wide(node.name)))
            if status == SUCCESS:
                node.delete_pending, opened.posix_delete = True, posix
            return status

    def cleaned_up(self, opened: Opened) -> None:
        """Cleanup of a handle with which something is removed."""
        assert opened.node is not None
        name = opened.node.name
        with self._volume.guard.alone():
            self._interface.Cleanup(self._fs, opened.context, self.wide(name), 1)
        self.nodes.removed(opened)
        self._listings_change(name)

    def renamed(self, opened: Opened, to: str, replace: bool) -> int:
        """SetInformation with FileRenameInformationEx, or where that is not supported, FileRenameInformation."""
        node = opened.node
        assert node is not None
        with self._volume.guard.alone():
            if not self.valid(to):
                return OBJECT_NAME_INVALID
            status = ACCESS_DENIED if node.deleted else self.nodes.movable(opened, to, self._volume.posix)
            if status:
                return status
            was = node.name
            status = self._interface.Rename(self._fs, opened.context, self.wide(was), self.wide(to), replace)
            if status == SUCCESS:
                self._listings_change(was)
                self.nodes.rename(opened, to)
                self._listings_change(to)
            return int(status)

    def _listings_change(self, name: str) -> None:
        self.nodes.invalidate_listing(upcase(name.rpartition("\\")[0] or "\\"))

    def close(self, opened: Opened) -> None:
        """As `close`, on this thread."""
        if self.nodes.removes(opened):
            self.cleaned_up(opened)
        for ready in self.nodes.clean_up(opened):
            self.closed(ready)

    def closed(self, opened: Opened) -> None:
        with self._lock:
            self.files.discard(opened)
        self._interface.Close(self._fs, opened.context)

    def read(self, opened: Opened, offset: int, length: int) -> tuple[int, bytes]:
        lent, transferred = self.lend(length), self._ffi.new("ULONG *")
        status = self._interface.Read(self._fs, opened.context, lent.pointer, offset, length, transferred)
        lent.check()
        return int(status), lent.bytes(transferred[0]) if status == SUCCESS else b""

    def directory(
        self, opened: Opened, marker: str | None, size: int, pattern: str | None
    ) -> tuple[int, list[tuple[str, Info]], bool]:
        with self._volume.guard.shared():
            return self._queried(opened, marker, size, pattern)

    def _queried(
        self, opened: Opened, marker: str | None, size: int, pattern: str | None
    ) -> tuple[int, list[tuple[str, Info]], bool]:
        lent, transferred = self.lend(size), self._ffi.new("ULONG *")
        wide = self._ffi.NULL if marker is None else self.wide(marker)
        wanted = self._ffi.NULL if pattern is None else self.wide(upcase(pattern))
        status = self._interface.ReadDirectory(self._fs, opened.context, wanted, wide, lent.pointer, size, transferred)
        lent.check()
        if status != SUCCESS:
            return int(status), [], False
        entries, at, data = [], 0, lent.bytes(transferred[0])
        while at < len(data):
            length = int.from_bytes(data[at : at + 2], "little")
            if length == 0:
                assert at + 2 == len(data)
                return SUCCESS, entries, False
            entry = self._ffi.cast("FSP_FSCTL_DIR_INFO *", lent.pointer + at)
            name = data[at + 104 : at + length].decode("utf-16-le")
            assert len(name.encode("utf-16-le")) <= 510, "a component over 255 units"
            entries.append((name, info_of(entry.FileInfo)))
            at += -(-length // 8) * 8
        return SUCCESS, entries, True

    def call(self, name: str, *arguments: Any) -> int:
        """Call another member of the interface."""
        return int(getattr(self._interface, name)(self._fs, *arguments))

    def lend(self, size: int) -> Lent:
        """Memory for `call`."""
        return Lent(self._ffi, size)


def info_of(raw: Any) -> Info:
    assert raw.ReparseTag == 0
    assert raw.IndexNumber
    assert raw.CreationTime
    return Info(raw.FileAttributes, raw.FileSize, raw.AllocationSize, raw.LastWriteTime, raw.IndexNumber)
