"""Copying on a volume: files are created and written, and become further entries of tracks.

Windows writes what programs gave to its cache later, up to when the last reference to a file goes: so a file is looked
at when it is closed for good, not when a program lets go of it.
"""

import logging
from collections.abc import Callable
from typing import Any

from musfuse.drive import Drive
from musfuse.drive.copying import ROOM, Copying
from musfuse.errors import MusfuseError
from musfuse_winfsp.info import attributes, drive_path, file_info

log = logging.getLogger(__name__)

Call = Callable[..., Any]
_DIRECTORY_FILE, _CLEANUP_DELETE = 0x1, 0x1


def taking(  # noqa: C901 - a class inside
    operations: type, drive: Drive, copying: Copying, opened: Call, fail: Callable[[MusfuseError, str], Any]
) -> Any:
    """The operations of a face, and those of what is copied to its drive. `opened` makes the context of an open entry,
    and `fail` what is raised for an error at a path."""

    def spelled(path: str) -> str:
        """A path whose folder is spelled as it is stored; its name is the program's to spell."""
        above, _, name = path.rpartition("/")
        return f"{drive.spelling(above)}/{name}".lstrip("/")

    class Taking(operations):  # type: ignore[misc]
        def get_volume_info(self) -> dict[str, Any]:
            """There is room: Explorer looks before it copies, and a copy takes none."""
            told = dict(super().get_volume_info())
            return {**told, "free_size": ROOM, "total_size": told["total_size"] + ROOM}

        def get_security_by_name(self, file_name: str) -> tuple[int, Any, int]:
            """As of any file."""
            found = copying.attr(drive_path(file_name))
            if found is None:
                return tuple(super().get_security_by_name(file_name))
            return attributes(found.kind, found.name, True), self._security.handle, self._security.size

        def create(self, file_name: str, create_options: int, *rest: Any) -> Any:
            """Begin to copy a file."""
            if create_options & _DIRECTORY_FILE:
                return super().create(file_name, create_options, *rest)
            path = drive_path(file_name)
            try:
                handle = copying.create(spelled(path))
            except MusfuseError as error:
                raise fail(error, path) from error
            return opened(path, copying.attr_of(handle), copy=handle)

        def open(self, file_name: str, create_options: int, granted_access: int) -> Any:
            """Open what is being copied, or anything else."""
            path = drive_path(file_name)
            handle = copying.open(path)
            if handle is None:
                return super().open(file_name, create_options, granted_access)
            return opened(path, copying.attr_of(handle), copy=handle)

        def close(self, file_context: Any) -> None:
            """The last bytes have come."""
            if file_context.copy:
                copying.close(file_context.copy)
            else:
                super().close(file_context)

        def write(self, file_context: Any, buffer: Any, offset: int, to_end: bool, constrained: bool) -> int:
            """Bytes come; pages of the cache end behind the file."""
            known = copying.attr_of(file_context.copy) if file_context.copy else None
            if known is None:
                return int(super().write(file_context, buffer, offset, to_end, constrained))
            data, at = bytes(buffer), known.size if to_end else offset
            if constrained:
                data = data[: max(0, known.size - at)]
            try:
                return copying.write(file_context.copy, at, data) if data else 0
            except MusfuseError as error:
                raise fail(error, file_context.path) from error

        def set_file_size(self, file_context: Any, new_size: int, set_allocation_size: bool) -> None:
            """The size is told before the bytes. Room is nobody's to ask for."""
            if not file_context.copy:
                super().set_file_size(file_context, new_size, set_allocation_size)
            elif not set_allocation_size:
                try:
                    copying.resize(file_context.copy, new_size)
                except MusfuseError as error:
                    raise fail(error, file_context.path) from error

        def overwrite(self, file_context: Any, *rest: Any) -> None:
            """What is being copied begins again."""
            if not file_context.copy:
                super().overwrite(file_context, *rest)
                return
            try:
                copying.resize(file_context.copy, 0)
            except MusfuseError as error:
                raise fail(error, file_context.path) from error

        def set_basic_info(self, file_context: Any, *rest: Any) -> dict[str, Any]:
            """Times and attributes are the drive's own; whoever copies something says them, and goes on."""
            try:
                taken = file_context.copy or drive.rearranging.takes_facts(file_context.path)
            except MusfuseError as error:
                raise fail(error, file_context.path) from error
            return dict(self.get_file_info(file_context) if taken else super().set_basic_info(file_context, *rest))

        def read(self, file_context: Any, offset: int, length: int) -> bytes:
            """Bytes that were written, or those of any file."""
            if not file_context.copy:
                return bytes(super().read(file_context, offset, length))
            return copying.read(file_context.copy, offset, length)

        def get_file_info(self, file_context: Any) -> dict[str, Any]:
            """Facts about what is open."""
            known = copying.attr_of(file_context.copy) if file_context.copy else None
            return file_info(known, writable=True) if known is not None else dict(super().get_file_info(file_context))

        def can_delete(self, file_context: Any, file_name: str) -> None:
            """What is being copied can always be given up."""
            if not file_context.copy:
                super().can_delete(file_context, file_name)

        def cleanup(self, file_context: Any, file_name: str | None, flags: int) -> None:
            """The last program lets go of something, which is removed where that was asked for."""
            if not file_context.copy:
                super().cleanup(file_context, file_name, flags)
                if flags & _CLEANUP_DELETE and file_context.file is None:
                    copying.removed(file_context.path)
            elif flags & _CLEANUP_DELETE:
                try:
                    if not copying.remove(file_context.path) and copying.is_entry(file_context.copy):
                        drive.rearranging.remove_file(file_context.path)
                except MusfuseError as error:
                    log.debug("%s is not removed: %s", file_context.path, error)

        def rename(self, file_context: Any, file_name: str, new_file_name: str, replace_if_exists: bool) -> None:
            """Move something, and what is being copied into it."""
            path, to = file_context.path, drive_path(new_file_name)
            if not file_context.copy:
                super().rename(file_context, file_name, new_file_name, replace_if_exists)
                copying.moved(path, to)
                return
            try:
                if not copying.move(path, spelled(to)):  # an entry by now
                    drive.rearranging.move(path, spelled(to), replace=replace_if_exists)
                    copying.moved(path, spelled(to))
            except MusfuseError as error:
                raise fail(error, to) from error
            file_context.path = to

    return Taking
