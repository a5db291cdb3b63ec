"""The service MetadataService: tags of tracks. A token of the scope `orchestrator` writes as that, all else as the
user."""

import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

from musfuse.control.client import RemoteError
from musfuse.library.targettext import of_item
from musfuse.service.requests.changes import Changed
from musfuse.service.requests.metadata import ShowMetadata
from musfuse.service.requests.tags import ClearTags, ImportTags, PlanImport, SetTags
from musfuse_grpc import messages
from musfuse_grpc.access import CALLER, Caller
from musfuse_grpc.calls import streaming, unary
from musfuse_grpc.channel import Channel
from musfuse_grpc.failures import CallError, InvalidError, text
from musfuse_grpc.v1 import musicfs_pb2 as pb

_TEXTS = tuple(name for name in messages.TEXTS if name in pb.UpdateMetadataRequest.DESCRIPTOR.fields_by_name)
_NUMBERS = {"track_number": "tracknumber", "disc_number": "discnumber"}
_MOST_ITEMS, _MOST_ERRORS = 10_000, 100
_FORMATS = ("csv", "json")


class MetadataService:
    """Asks the owner over `channel`. Who comes over TCP imports from `import_folder` alone, None for nowhere."""

    def __init__(self, channel: Channel, import_folder: Path | None) -> None:
        self._channel, self._import_folder = channel, import_folder

    @unary
    async def GetMetadata(self, request: pb.GetMetadataRequest) -> pb.MetadataResponse:  # noqa: N802 - names of the interface
        if request.HasField("file_id"):
            return messages.metadata(await self._channel.call(ShowMetadata(id=_id(request.file_id))))
        if not request.virtual_path.strip("/"):
            raise InvalidError("virtual_path: it is empty")
        return messages.metadata(await self._channel.call(ShowMetadata(request.virtual_path)))

    @unary
    async def UpdateMetadata(self, request: pb.UpdateMetadataRequest) -> pb.UpdateMetadataResponse:  # noqa: N802
        changed = await self._update(_id(request.file_id), request)
        return pb.UpdateMetadataResponse(file_id=request.file_id, success=True, change=changed.change)

    @unary
    async def ClearOverlay(self, request: pb.ClearOverlayRequest) -> pb.ClearOverlayResponse:  # noqa: N802
        caller = CALLER.get()
        changed = await self._channel.call(
            ClearTags((_target(_id(request.file_id)),), (), caller.source, author=caller.author)
        )
        return pb.ClearOverlayResponse(file_id=request.file_id, success=True, change=changed.change)

    @streaming
    async def BatchUpdateMetadata(  # noqa: N802
        self, request: pb.BatchUpdateRequest, context: Any
    ) -> AsyncGenerator[pb.BatchUpdateProgress, None]:
        del context
        total = len(request.items)
        if total > _MOST_ITEMS:
            raise InvalidError(f"items: {total} are too many, {_MOST_ITEMS} at most")
        for number, item in enumerate(request.items, 1):
            told = pb.BatchUpdateProgress(completed=number, total=total, current_file_id=item.file_id)
            try:
                await self._update(_id(item.file_id), item.metadata)
            except (RemoteError, CallError) as error:  # of this one alone: the others are changed all the same
                told.error_message = text(str(error))
            yield told

    @streaming
    async def ImportMetadata(  # noqa: N802
        self, request: pb.ImportMetadataRequest, context: Any
    ) -> AsyncGenerator[pb.ImportProgress, None]:
        del context
        caller = CALLER.get()
        path = self._importable(request, caller)
        plan = await self._channel.call(PlanImport(path))
        if plan.errors:
            for problem in plan.errors[:_MOST_ERRORS]:
                yield pb.ImportProgress(
                    imported=0, total=plan.rows, current_file=text(str(path)), error_message=text(problem)
                )
            return
        yield pb.ImportProgress(imported=0, total=plan.tracks, current_file=text(str(path)))
        done = await self._channel.call(ImportTags(path, caller.source, author=caller.author))
        yield pb.ImportProgress(imported=done.tracks, total=plan.tracks, current_file=text(str(path)))

    async def _update(self, file: int, request: pb.UpdateMetadataRequest) -> Changed:
        if request.file_id not in (0, file):
            raise InvalidError(f"metadata.file_id: {request.file_id} is not {file}")
        caller, assignments = CALLER.get(), tuple(_assignments(request))
        if not assignments:
            raise InvalidError("no field is set")
        return await self._channel.call(SetTags((_target(file),), assignments, caller.source, author=caller.author))

    def _importable(self, request: pb.ImportMetadataRequest, caller: Caller) -> Path:
        """The file that is to be imported. Raises InvalidError, MusfuseError for one that this caller may not."""
        if not request.source_path or "\0" in request.source_path or not os.path.isabs(request.source_path):
            raise InvalidError("source_path: an absolute path on the machine of the library is wanted")
        path = Path(request.source_path)
        if request.HasField("format") and request.format.lower() not in _FORMATS:
            raise InvalidError(f"format: {request.format!r} is none; {' and '.join(_FORMATS)} are")
        if request.HasField("format") and path.suffix.lower() != f".{request.format.lower()}":
            raise InvalidError(f"format: the name of the file does not end with .{request.format.lower()}")
        if not caller.local:
            path = self._inside(path)
        return path

    def _inside(self, path: Path) -> Path:
        """The file behind all links, which lies in the folder that is open to the network."""
        if self._import_folder is None:
            raise _forbidden("grpc.import_folder is not set, so nothing is imported over TCP")
        try:
            real, folder = path.resolve(strict=True), self._import_folder.resolve(strict=True)
        except (OSError, RuntimeError):
            raise _forbidden(f"{path}: is not in grpc.import_folder") from None
        if not real.is_relative_to(folder):
            raise _forbidden(f"{path}: is not in grpc.import_folder")
        return real


def _forbidden(message: str) -> CallError:
    import grpc

    return CallError(grpc.StatusCode.PERMISSION_DENIED, message)


def _id(number: int) -> int:
    if number <= 0:
        raise InvalidError(f"file_id: {number} is the id of no track")
    return number


def _target(number: int) -> tuple[str, str]:
    return of_item(number), ""


def _assignments(request: pb.UpdateMetadataRequest) -> Iterator[str]:
    """FIELD=VALUE of each field that is set. Raises InvalidError for a name that holds a `=`."""
    for name in _TEXTS:
        if request.HasField(name):
            yield f"{messages.TEXTS[name]}={getattr(request, name)}"
    for name, tag in _NUMBERS.items():
        if request.HasField(name):
            yield f"{tag}={getattr(request, name) or ''}"
    if request.HasField("compilation"):
        yield f"compilation={int(request.compilation)}"
    for name in messages.GAINS:
        if request.HasField(name):
            yield f"{name}={getattr(request, name):.6g}" + (" dB" if name.endswith("gain") else "")
    for name in sorted(request.custom_tags):
        if "=" in name:
            raise InvalidError(f"custom_tags: {name!r} is no name of a field")
        yield f"{name}={request.custom_tags[name]}"
