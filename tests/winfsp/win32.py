"""Calls of Win32 as kernel32 makes them of calls of the simulated kernel, with Win32's errors (MS-ERREF §2.2)."""

from typing import Any

from winfsp import driver, filenode
from winfsp import kernel as k
from winfsp.filenode import Info, Opened
from winfsp.kernel import Kernel

SHARE_ALL = 7
READ, WRITE = 0x120089, 0x120116  # FILE_GENERIC_READ, FILE_GENERIC_WRITE
GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE, GENERIC_ALL = 0x80000000, 0x40000000, 0x20000000, 0x10000000
CREATE_NEW, CREATE_ALWAYS, OPEN_EXISTING, OPEN_ALWAYS, TRUNCATE_EXISTING = 1, 2, 3, 4, 5
_WRITE_ATTRIBUTES, _WRITE_DAC = 0x100, 0x40000
_CANNOT_DELETE = 0xC0000121

NAMES = {
    driver.OBJECT_NAME_NOT_FOUND: "ERROR_FILE_NOT_FOUND", 0xC000003A: "ERROR_PATH_NOT_FOUND", driver.OBJECT_NAME_INVALID: "ERROR_INVALID_NAME",
    driver.OBJECT_NAME_COLLISION: "ERROR_ALREADY_EXISTS", filenode.ACCESS_DENIED: "ERROR_ACCESS_DENIED", _CANNOT_DELETE: "ERROR_ACCESS_DENIED",
    filenode.SHARING_VIOLATION: "ERROR_SHARING_VIOLATION", driver.NOT_A_DIRECTORY: "ERROR_DIRECTORY", driver.FILE_IS_A_DIRECTORY: "ERROR_ACCESS_DENIED",
    0xC00000A2: "ERROR_WRITE_PROTECT", 0xC0000098: "ERROR_FILE_INVALID", 0xC000000D: "ERROR_INVALID_PARAMETER",
    driver.END_OF_FILE: "ERROR_HANDLE_EOF", 0xC00000B5: "ERROR_SEM_TIMEOUT",
}  # fmt: skip


class Win32Error(Exception):
    """What GetLastError tells."""

    def __init__(self, status: int, name: str = "") -> None:
        self.name = name or NAMES[status]
        super().__init__(self.name)


class Win32:
    """The calls of programs, over one volume."""

    def __init__(self, kernel: Kernel, ffi: Any) -> None:
        self._kernel, self._ffi = kernel, ffi

    def create_file(
        self, path: str, access: int, share: int = SHARE_ALL, how: int = OPEN_EXISTING, options: int = 0
    ) -> Opened:
        """CreateFileW; `options` are those of NtCreateFile."""
        wanted = self._granted(access)
        if how == TRUNCATE_EXISTING and not wanted & driver.FILE_WRITE_DATA:
            raise Win32Error(0, "ERROR_INVALID_PARAMETER")
        exists = self._kernel.driver.security(path)[0] == driver.SUCCESS
        if how == CREATE_NEW and exists:
            raise Win32Error(0, "ERROR_FILE_EXISTS")
        if how == CREATE_NEW or (how in (CREATE_ALWAYS, OPEN_ALWAYS) and not exists):
            self._check(self._kernel.create(path))
        if how in (CREATE_ALWAYS, TRUNCATE_EXISTING):
            wanted |= driver.FILE_WRITE_DATA
        opened = self._kernel.open(path, wanted, options, share)
        self._check(opened.status)
        return opened

    def close(self, opened: Opened) -> None:
        """CloseHandle."""
        self._kernel.close(opened)

    def information(self, path: str) -> Info:
        """GetFileInformationByHandle of a file or folder."""
        opened = self.create_file(path, driver.FILE_READ_ATTRIBUTES)
        info = self._kernel.query(opened)
        self.close(opened)
        return info

    def find(self, path: str) -> list[tuple[str, Info]]:
        """FindFirstFileW and FindNextFileW."""
        folder, _, pattern = path.rpartition("\\")
        opened = self.create_file(folder or "\\", driver.FILE_READ_DATA, options=driver.DIRECTORY_FILE)
        try:
            return self._kernel.entries(opened, pattern)
        finally:
            self.close(opened)

    def delete(self, path: str, folder: bool = False) -> None:
        """DeleteFileW or RemoveDirectoryW: the DLL asks for the facts before it asks whether it can be deleted."""
        opened = self.create_file(
            path, driver.DELETE, options=driver.DIRECTORY_FILE if folder else driver.NON_DIRECTORY_FILE
        )
        try:
            if self._kernel.query(opened).attributes & 0x1:
                raise Win32Error(_CANNOT_DELETE)
            self._check(self._kernel.call("CanDelete", opened.context, self._kernel.driver.wide(path)))
        finally:
            self.close(opened)

    def create_directory(self, path: str) -> None:
        """CreateDirectoryW."""
        self._check(self._kernel.create(path))

    def move(self, path: str, new: str, replace: bool = False) -> None:
        """MoveFileExW; the DLL looks at the target first."""
        opened = self.create_file(path, driver.DELETE | driver.FILE_READ_ATTRIBUTES)
        try:
            status, attributes, _ = self._kernel.driver.security(new)
            if status == driver.SUCCESS and k.upcase(new) != k.upcase(path):
                if not replace:
                    raise Win32Error(driver.OBJECT_NAME_COLLISION)
                if attributes & 0x11:  # read-only, or a folder
                    raise Win32Error(filenode.ACCESS_DENIED)
            names = self._kernel.driver.wide(path), self._kernel.driver.wide(new)
            self._check(self._kernel.call("Rename", opened.context, *names, int(replace)))
        finally:
            self.close(opened)

    def set_basic_info(self, path: str) -> None:
        """SetFileAttributesW, SetFileTime."""
        opened = self.create_file(path, _WRITE_ATTRIBUTES)
        lent = self._kernel.driver.lend(72)
        info = lent.cast("FSP_FSCTL_FILE_INFO *")
        status = self._kernel.call("SetBasicInfo", opened.context, 0x20, 0, 0, 0, 0, info)
        lent.check()
        self.close(opened)
        self._check(status)

    def set_security(self, path: str) -> None:
        """SetFileSecurityW."""
        opened = self.create_file(path, _WRITE_DAC)
        status = self._kernel.call("SetSecurity", opened.context, 4, self._ffi.NULL)
        self.close(opened)
        self._check(status)

    def security(self, path: str) -> str:
        """GetFileSecurityW, as SDDL."""
        status, _, descriptor = self._kernel.driver.security(path)
        self._check(status)
        return descriptor.decode("utf-16-le")

    def read(self, opened: Opened, offset: int, length: int) -> bytes:
        """ReadFile, through the cache."""
        return self._kernel.cached_read(opened, offset, length)

    @staticmethod
    def _granted(access: int) -> int:
        granted = access & 0x1FFFFF
        if access & (GENERIC_READ | GENERIC_ALL):
            granted |= READ
        if access & (GENERIC_WRITE | GENERIC_ALL):
            granted |= WRITE
        return granted

    @staticmethod
    def _check(status: int) -> None:
        if status != driver.SUCCESS:
            raise Win32Error(status)
