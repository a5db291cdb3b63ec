"""What goes wrong, as statuses of gRPC. A message is the owner's, as `musfuse` would say it."""

import errno

import grpc

from musfuse.control.client import RemoteError
from musfuse.errors import MusfuseError

_STATUSES = {
    errno.EINVAL: grpc.StatusCode.INVALID_ARGUMENT,
    errno.ENOENT: grpc.StatusCode.NOT_FOUND,
    errno.ENOTDIR: grpc.StatusCode.NOT_FOUND,
    errno.EISDIR: grpc.StatusCode.NOT_FOUND,
    errno.EACCES: grpc.StatusCode.PERMISSION_DENIED,
    errno.EROFS: grpc.StatusCode.FAILED_PRECONDITION,
    errno.EBUSY: grpc.StatusCode.FAILED_PRECONDITION,
    errno.EAGAIN: grpc.StatusCode.UNAVAILABLE,
    errno.EMFILE: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errno.ETIMEDOUT: grpc.StatusCode.DEADLINE_EXCEEDED,
}
_LONGEST = 2000


class CallError(Exception):
    """A call is answered with a status and a message."""

    def __init__(self, status: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.status = status


class InvalidError(CallError):
    """What was asked for can be nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(grpc.StatusCode.INVALID_ARGUMENT, message)


class ExhaustedError(CallError):
    """There is too much of it already."""

    def __init__(self, message: str) -> None:
        super().__init__(grpc.StatusCode.RESOURCE_EXHAUSTED, message)


def status_of(error: Exception) -> tuple[grpc.StatusCode, str]:
    """The status and the message of an error."""
    message = text(str(error))[:_LONGEST]
    if isinstance(error, CallError):
        return error.status, message
    if isinstance(error, RemoteError):
        return _STATUSES.get(error.number, grpc.StatusCode.INTERNAL), message
    if isinstance(error, OSError):
        return grpc.StatusCode.UNAVAILABLE, f"the process that owns the library hung up ({message}); try again"
    if isinstance(error, MusfuseError):  # of the way to the owner
        return grpc.StatusCode.UNAVAILABLE, message
    return grpc.StatusCode.INTERNAL, "musfuse itself failed on it; its log says more"


def text(said: str) -> str:
    """A text as gRPC takes it: names of files may be none."""
    return said.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if not said.isascii() else said
