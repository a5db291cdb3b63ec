"""winfspy operations, each one drive call."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from musfuse.drive import Attr, DirEntry, Drive
from musfuse.errors import BadNameError, MusfuseError, NoEntryError, NotAFolderError, ReadOnlyError
from musfuse.model import NodeKind
from musfuse_winfsp import status
from musfuse_winfsp.info import SDDL, attributes, drive_path, file_info, label_of, windows_path
from musfuse_winfsp.openfiles import OpenFile, OpenFiles, OutdatedError
from musfuse_winfsp.patience import EndingError, Patience
from musfuse_winfsp.shown import Shown

log = logging.getLogger(__name__)

_OWN = {
    OutdatedError: status.FILE_INVALID, EndingError: status.CANCELLED, BadNameError: status.OBJECT_NAME_INVALID,
}  # fmt: skip
_DELETE_ON_CLOSE = 0x1000
_READING = 0x1 | 0x20 | 0x80000000 | 0x10000000  # FILE_READ_DATA, FILE_EXECUTE, GENERIC_READ, GENERIC_ALL
_LISTING = 0x1 | 0x80000000 | 0x10000000  # FILE_LIST_DIRECTORY, GENERIC_READ, GENERIC_ALL
_WRITES, _MAXIMUM = 0x2 | 0x4, 0xC0000  # FILE_WRITE_DATA, FILE_APPEND_DATA; WRITE_DAC and WRITE_OWNER
_DIRECTORY_FILE, _CLEANUP_DELETE = 0x1, 0x1
_WRITING = (
    "overwrite", "write", "set_basic_info", "set_file_size", "set_security", "set_volume_label", "set_reparse_point",
    "delete_reparse_point",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class OpenEntry:
    """One open of a file or folder, and the process that did it. `file` is what all opens of the file share, None for a
    folder, and for what is being copied to the drive, which has the handle `copy`. Its path changes where it is
    moved; once it is `gone`, what has that path is another one."""

    path: str
    entry: Attr
    file: OpenFile | None = None
    process: int = 0
    gone: bool = False
    copy: int = 0


def make_operations(binding: Any, drive: Drive, label: str, shown: Shown | None = None) -> Any:  # noqa: C901 - a class inside
    """An operations object of winfspy over a drive. What listings show is noted in `shown`."""
    plumbing = binding.plumbing
    ffi, lib = plumbing.ffi, plumbing.lib
    files, patience, writable = OpenFiles(drive), Patience(), drive.rearranging.allowed

    def facts(entry: Attr | DirEntry, size: int | None = None) -> dict[str, Any]:
        return file_info(entry, size, writable)

    def fail(error: MusfuseError, path: str | None = None) -> Any:
        code = _OWN.get(type(error)) or status.status_of(error)
        if (
            path is not None
            and isinstance(error, NoEntryError | NotAFolderError)
            and not _parent_is_folder(drive, path)
        ):
            code = status.OBJECT_PATH_NOT_FOUND
        log.debug("%s", error)
        return binding.NTStatusError(code)

    def protected(*_: Any) -> Any:
        raise binding.NTStatusError(status.MEDIA_WRITE_PROTECTED)

    class DriveOperations(binding.BaseFileSystemOperations):  # type: ignore[misc]
        """Bytes are read-only. What would write answers MEDIA_WRITE_PROTECTED: the driver enforces nothing. So does
        what would change names, where the view is not to be rearranged by hand."""

        def __init__(self) -> None:
            super().__init__()
            # One for the life of the file system: WinFsp keeps no copy of what it is lent.
            self._security = plumbing.SecurityDescriptor.from_string(SDDL)

        def get_volume_info(self) -> dict[str, Any]:
            """Nothing is free."""
            return {"total_size": max(drive.statvfs().bytes, 4096), "free_size": 0, "volume_label": label_of(label)}

        def get_security_by_name(self, file_name: str) -> tuple[int, Any, int]:
            """Attributes and security; never waits for an index."""
            path = drive_path(file_name)
            try:
                entry = drive.entry(path)
            except MusfuseError as error:
                raise fail(error, path) from error
            return attributes(entry.kind, entry.name, writable), self._security.handle, self._security.size

        def open(self, file_name: str, create_options: int, granted_access: int) -> OpenEntry:
            """Open; a file whose size is not known yet waits for its index, because the size must be exact at open."""
            if create_options & _DELETE_ON_CLOSE and not writable:
                protected()
            path, process = drive_path(file_name), int(lib.FspFileSystemOperationProcessIdF())
            try:
                opened = self._open(path, process, bool(granted_access & _READING))
                if isinstance(opened, Attr) and granted_access & _LISTING:
                    drive.visit(path)
            except MusfuseError as error:
                raise fail(error, path) from error
            if isinstance(opened, Attr):
                return OpenEntry(path, opened)
            if granted_access & _WRITES and not granted_access & _MAXIMUM:  # who asks for all there is may only read
                files.close(opened, process)
                protected()
            return OpenEntry(path, opened.attr, opened, process)

        def _open(self, path: str, process: int, reads: bool) -> OpenFile | Attr:
            def call() -> OpenFile | Attr:
                return files.open(path, process, reads=reads)

            def undo(opened: OpenFile | Attr) -> None:
                if isinstance(opened, OpenFile):
                    files.close(opened, process)

            return patience.run(call, undo) if drive.entry(path).size is None else call()

        def ll_open(
            self, file_name: Any, create_options: int, granted_access: int, p_file_context: Any, info: Any
        ) -> int:
            """As winfspy's, and tell the driver how the path is really spelled: it upper-cases it otherwise."""
            code = super().ll_open(file_name, create_options, granted_access, p_file_context, info)
            if code == status.SUCCESS:
                self._normalize(ffi.string(file_name), info)
            return int(code)

        def _normalize(self, requested: str, info: Any) -> None:
            try:
                spelled = windows_path(drive.spelling(drive_path(requested)))
            except MusfuseError:  # gone since it was opened
                return
            raw = spelled.encode("utf-16-le")
            opened = lib.FspFileSystemGetOpenFileInfo(info)
            # It may differ from the request only in case; and it must fit what the driver lent.
            if len(spelled) == len(requested) and len(raw) <= opened.NormalizedNameSize:
                ffi.memmove(opened.NormalizedName, raw, len(raw))
                opened.NormalizedNameSize = len(raw)

        def close(self, file_context: OpenEntry) -> None:
            if file_context.file is not None:
                files.close(file_context.file, file_context.process)

        def create(self, file_name: str, create_options: int, *_: Any) -> OpenEntry:
            """Make a folder; a file would have bytes."""
            path = drive_path(file_name)
            try:
                if not create_options & _DIRECTORY_FILE:
                    raise ReadOnlyError(f"{path}: bytes are never written")
                drive.rearranging.make_folder(path)
                return OpenEntry(path, drive.attr(path))
            except MusfuseError as error:
                raise fail(error, path) from error

        def can_delete(self, file_context: OpenEntry, file_name: str) -> None:
            """Whether something can be removed: a track, an empty folder, a cover."""
            del file_name
            if file_context.gone:
                raise binding.NTStatusError(status.FILE_DELETED)
            try:
                drive.rearranging.check_removable(file_context.path)
            except MusfuseError as error:
                raise fail(error) from error

        def cleanup(self, file_context: OpenEntry, file_name: str | None, flags: int) -> None:
            """Something is removed whose handle was closed, if that was asked for; others may have it open still.
            Nobody hears of errors any more."""
            del file_name
            if not flags & _CLEANUP_DELETE or file_context.gone:
                return
            path = file_context.path
            try:
                if file_context.file is None:
                    drive.rearranging.remove_folder(path)
                else:
                    drive.rearranging.remove_file(path)
                    files.removed(path)
            except MusfuseError as error:
                log.debug("%s is not removed: %s", path, error)
            else:
                self._gone(path)

        def rename(self, file_context: OpenEntry, file_name: str, new_file_name: str, replace_if_exists: bool) -> None:
            """Move a file or folder; what is open of it goes on under its new path."""
            del file_name
            path, to = file_context.path, drive_path(new_file_name)
            if file_context.gone:
                raise binding.NTStatusError(status.FILE_DELETED)
            try:
                drive.rearranging.move(path, to, replace=replace_if_exists)
            except MusfuseError as error:
                raise fail(error, to) from error
            files.moved(path, to)
            self._moved(path, to)

        def _moved(self, path: str, to: str) -> None:
            moved = list(self._opened_at(path))
            if windows_path(path).upper() != windows_path(to).upper():
                self._gone(to)
            for context in moved:
                context.path = to + context.path[len(path) :]

        def _gone(self, path: str) -> None:
            for context in self._opened_at(path):
                context.gone = True

        def _opened_at(self, path: str) -> Iterator[OpenEntry]:
            """What is open at a path, or below it."""
            place = windows_path(path).upper()
            for context in list(self._opened_objs.values()):
                at = windows_path(context.path).upper()
                if not context.gone and (at == place or at.startswith(f"{place}\\")):
                    yield context

        def read(self, file_context: OpenEntry, offset: int, length: int) -> bytes:
            """Positioned read; never more than `length` bytes."""
            file = file_context.file
            if file is None:
                raise binding.NTStatusError(status.FILE_IS_A_DIRECTORY)
            if offset >= file.size:
                raise binding.NTStatusEndOfFile()
            try:
                return drive.read_at(file.handle or files.handle(file), offset, length)[:length]
            except MusfuseError as error:
                raise fail(error) from error

        def get_file_info(self, file_context: OpenEntry) -> dict[str, Any]:
            """Facts about what is open."""
            return facts(file_context.entry, file_context.file.size if file_context.file else None)

        def get_security(self, file_context: OpenEntry) -> tuple[Any, int]:
            """The same security descriptor for every file and folder."""
            del file_context
            return self._security.handle, self._security.size

        def ll_get_security(self, file_context: Any, descriptor: Any, p_size: Any) -> int:
            """As winfspy's, which forgets to tell the size that a retry needs."""
            code = super().ll_get_security(file_context, descriptor, p_size)
            if code == status.BUFFER_OVERFLOW:
                p_size[0] = self._security.size
            return int(code)

        def read_directory(self, file_context: OpenEntry, marker: str | None) -> Iterator[dict[str, Any]]:
            """Entries strictly after the marker, which may be gone or spelled in another case; sizes are exact."""
            path = file_context.path
            dots = (
                [] if not path else [name for name in (".", "..") if marker is None or (marker == "." and name == "..")]
            )
            try:
                after = "" if marker in (None, ".", "..") else str(marker)
                # The first page waits for the sizes of the whole folder, the others for nothing.
                begun = partial(drive.list, path, after, sized=True)
                entries = begun() if after else patience.run(begun, lambda _: None)
                parent = drive.attr(path.rpartition("/")[0]) if dots else file_context.entry
            except MusfuseError as error:
                raise fail(error, path) from error
            return self._listing(dots, file_context.entry, parent, self._noted(path, entries))

        @staticmethod
        def _listing(dots: list[str], own: Attr, parent: Attr, entries: Iterator[DirEntry]) -> Iterator[dict[str, Any]]:
            for name in dots:
                yield {"file_name": name, **facts(own if name == "." else parent)}
            for entry in entries:
                yield {"file_name": entry.name, **facts(entry)}

        @staticmethod
        def _noted(path: str, entries: Iterator[DirEntry]) -> Iterator[DirEntry]:
            if shown is None:
                yield from entries
                return
            seen: list[DirEntry] = []
            try:
                for entry in entries:
                    seen.append(entry)
                    yield entry
            finally:  # also where the driver's buffer is full
                with suppress(MusfuseError):  # the folder went meanwhile
                    shown.note(drive.spelling(path), seen)

        def get_dir_info_by_name(self, file_context: OpenEntry, file_name: str) -> dict[str, Any]:
            """One entry of a folder; `ll_get_dir_info_by_name` writes its stored name."""
            path = f"{file_context.path}/{file_name}".lstrip("/")
            try:
                attr = drive.attr(path)
            except MusfuseError as error:
                raise fail(error, path) from error
            return {"file_name": attr.name, **facts(attr)}

        def ll_get_dir_info_by_name(self, file_context: Any, file_name: Any, dir_info: Any) -> int:
            """With the name as it is stored, not as it was asked for. An exception must not reach the driver."""
            try:
                found = self.get_dir_info_by_name(ffi.from_handle(file_context), ffi.string(file_name))
            except binding.NTStatusError as error:
                return int(error.value)
            except Exception:
                log.exception("get_dir_info_by_name")
                return status.UNEXPECTED_IO_ERROR
            raw = found["file_name"].encode("utf-16-le")
            ffi.memmove(dir_info.FileNameBuf, raw, len(raw))
            _fill(dir_info.FileInfo, found)
            dir_info.Size = ffi.sizeof("FSP_FSCTL_DIR_INFO") + len(raw)
            return status.SUCCESS

        def flush(self, file_context: OpenEntry) -> None:
            """There is nothing to write."""

        def ll_flush(self, file_context: Any, info: Any) -> int:
            """A flush of the whole volume comes without a file."""
            return status.SUCCESS if file_context == ffi.NULL else int(super().ll_flush(file_context, info))

        def get_reparse_point(self, *_: Any) -> None:
            """There are none."""
            raise binding.NTStatusError(status.NOT_A_REPARSE_POINT)

        def resolve_reparse_points(self, *_: Any) -> None:
            """There are none."""
            raise binding.NTStatusError(status.NOT_A_REPARSE_POINT)

        def ll_get_stream_info(self, *_: Any) -> int:
            """There are no named streams."""
            return status.INVALID_DEVICE_REQUEST

        def ll_control(self, *_: Any) -> int:
            """There are no controls."""
            return status.INVALID_DEVICE_REQUEST

        def open_files(self) -> list[int]:
            """The process of each open of a file; folders keep nobody from anything."""
            return [context.process for context in list(self._opened_objs.values()) if context.file is not None]

        def outdated(self) -> list[tuple[str, list[int]]]:
            """Paths of which no version can be opened, and the processes that keep an older one open."""
            return files.outdated()

        def end_waiting(self) -> None:
            """Have calls that wait for an index come back."""
            patience.end()

        def release_all(self) -> int:
            """Close what was still open when the file system stopped: the binding never does. How many files that
            were."""
            left = list(self._opened_objs.values())
            self._opened_objs.clear()
            for context in left:
                self.close(context)
            return sum(context.file is not None for context in left)

    for name in _WRITING:
        setattr(DriveOperations, name, staticmethod(protected))
    if drive.copying is None:
        return DriveOperations()
    from musfuse_winfsp.copied import taking  # a view that nobody may change does without

    return taking(DriveOperations, drive, drive.copying, OpenEntry, fail)()


def _fill(target: Any, info: dict[str, Any]) -> None:
    target.FileAttributes = info["file_attributes"]
    target.ReparseTag = 0
    target.AllocationSize, target.FileSize = info["allocation_size"], info["file_size"]
    target.CreationTime = target.LastAccessTime = info["creation_time"]
    target.LastWriteTime = target.ChangeTime = info["last_write_time"]
    target.IndexNumber = info["index_number"]


def _parent_is_folder(drive: Drive, path: str) -> bool:
    try:
        return drive.entry(path.rpartition("/")[0]).kind is NodeKind.FOLDER
    except MusfuseError:
        return False
