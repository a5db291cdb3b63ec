"""A rescan that somebody asks for, and what comes of it, as messages."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from musfuse.control.client import RemoteError
from musfuse.service.requests.jobs import JobTold, ShowJob
from musfuse.service.requests.metadata import ShowMetadata
from musfuse.service.requests.owner import BeginRescan
from musfuse_grpc.channel import Channel
from musfuse_grpc.failures import InvalidError, text
from musfuse_grpc.feed import Hub, Subscription
from musfuse_grpc.v1 import musicfs_pb2 as pb

_LOOK_SECONDS = 0.5
_MOST_FILES = 1000
"""New files that are told of; all are found."""
_GOING_ON = frozenset({"queued", "running"})
DRAINING = "draining"


async def rescan(
    channel: Channel, hub: Hub, root: str, origin: str, subdir: str
) -> AsyncGenerator[pb.SyncProgress, None]:
    """Begin to look for changes in an origin, or a folder of it, and tell how far that is until it ended; it goes on
    without whoever asked. Raises InvalidError for a folder that can be none."""
    place = _place(root, subdir)
    new = await hub.subscribe(("job_changed", "file_added"), after=None)
    try:
        begun = await channel.call(BeginRescan((place,)))
        async with aclosing(_progress(channel, new, begun.job, root, origin)) as told:
            async for progress in told:
                yield progress
    finally:
        new.close()


async def _progress(
    channel: Channel, new: Subscription, number: int, root: str, origin: str
) -> AsyncGenerator[pb.SyncProgress, None]:
    added, shown = dict[str, None](), None
    while True:
        job = await channel.call(ShowJob(number))
        if job.state not in _GOING_ON:
            break
        if (now := (job.state, job.done, job.total, job.what)) != shown:
            shown = now
            yield _told(job)
        event = await new.take(_LOOK_SECONDS)
        _note(event, origin, added)
        if event is None and new.ended:
            yield pb.SyncProgress(phase=DRAINING, current=job.done, total=job.total, current_path=text(job.what))
            return
    while (event := await new.take(0.0)) is not None:
        _note(event, origin, added)
    files = [file for path in added if (file := await _file(channel, root, path)) is not None]
    yield _told(job, files)


def _place(root: str, subdir: str) -> str:
    parts = subdir.split("/")
    if "\0" in subdir or ".." in parts or "." in parts or subdir.startswith("/"):
        raise InvalidError(f"subdir: {subdir!r} is no folder below the origin")
    return f"{root.rstrip('/')}/{subdir.strip('/')}" if subdir else root


def _note(event: pb.Event | None, origin: str, added: dict[str, None]) -> None:
    is_new = event is not None and event.event_type == "file_added" and event.origin_id == origin
    if event is not None and is_new and len(added) < _MOST_FILES:
        added[event.path] = None


async def _file(channel: Channel, root: str, path: str) -> pb.SyncedFile | None:
    """A file that is new, as it is on the drive; None for one that went again."""
    try:
        told = await channel.call(ShowMetadata(source=f"{root.rstrip('/')}/{path}"))
    except RemoteError:
        return None
    return pb.SyncedFile(path=path, file_id=told.id, virtual_path=text(told.path))


def _told(job: JobTold, files: "list[pb.SyncedFile] | None" = None) -> pb.SyncProgress:
    return pb.SyncProgress(
        phase=job.state, current=job.done, total=job.total, current_path=text(job.what), new_files=files or [],
        error_message=text(job.error) or None,
    )  # fmt: skip
