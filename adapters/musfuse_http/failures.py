"""What errors are over HTTP: a status, and `{"error": {"code", "message", "details"}}`."""

import errno
import logging
import math
import re
from typing import Any

import msgspec

from musfuse.errors import (
    AwayError,
    BadNameError,
    BusyError,
    ConfigError,
    ConflictError,
    ExistsError,
    ForbiddenError,
    LibraryInUseError,
    MusfuseError,
    NoEntryError,
    NotFoundError,
    NotSignedInError,
    ReadOnlyError,
    SourceChangedError,
    TooManyOpenError,
    TooManyTriesError,
    TooSlowError,
    UnavailableError,
    UnsupportedError,
)
from musfuse.jobs.runner import NoJobError

log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[MusfuseError], int], ...] = (
    (NotSignedInError, 401), (ForbiddenError, 403), (TooManyTriesError, 429),
    (NoJobError, 404), (NoEntryError, 404), (NotFoundError, 404), (ExistsError, 409), (ConflictError, 409),
    (BadNameError, 400),
    (ConfigError, 400), (ReadOnlyError, 409), (SourceChangedError, 409), (UnsupportedError, 422),
    (LibraryInUseError, 503),
    (BusyError, 503), (TooManyOpenError, 503), (TooSlowError, 503), (AwayError, 503), (UnavailableError, 503),
)  # fmt: skip
_BY_ERRNO = {errno.ENOENT: 404, errno.EINVAL: 400, errno.EEXIST: 409, errno.EAGAIN: 503}
_RETRY_SECONDS = 2
CHALLENGE = 'Bearer realm="musfuse"'


class HttpError(MusfuseError):
    """A request that is refused before any use case is asked: `status`, a `code` for programs, and headers."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status, self.code, self.headers, self.details = status, code, headers or {}, details or {}


class ErrorTold(msgspec.Struct, frozen=True):
    """Why a request failed: `code` for programs, `message` for people."""

    code: str
    message: str
    details: dict[str, Any] = {}


class Failure(msgspec.Struct, frozen=True):
    """The answer to a request that failed."""

    error: ErrorTold


def told(error: BaseException, *, fully: bool = False) -> tuple[int, Failure, dict[str, str]]:
    """The status, the answer and the headers for an error. What is no fault of who asks is logged, and told without
    details of this machine, which only an administrator hears (`fully`)."""
    if isinstance(error, HttpError):
        return error.status, Failure(ErrorTold(error.code, str(error), error.details)), error.headers
    if isinstance(error, MusfuseError):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), _BY_ERRNO.get(error.errno, 500))
        if status == 500:
            log.warning("%s", error)
        message = str(error) if fully else _unpathed(str(error)) if status < 500 else _SAID[status]
        headers = {"retry-after": str(_RETRY_SECONDS)} if status == 503 else {}
        if isinstance(error, TooManyTriesError):
            headers = {"retry-after": str(math.ceil(error.retry_after))}
        if status == 401:
            headers = {"www-authenticate": CHALLENGE}
        return status, Failure(ErrorTold(code_of(error), message)), headers
    log.error("a request failed", exc_info=error)
    return 500, Failure(ErrorTold("internal", _SAID[500])), {}


_SAID = {
    500: "musfuse could not do this; its log says why",
    503: "this cannot be had now: it is busy, or its source cannot be reached; try again",
}
_PATHED = re.compile(r"(?<![\w.])(?:/[^/\s:]+){2,}/?")


def _unpathed(text: str) -> str:
    """A message without folders of this machine, which are nobody's business who is not on it."""
    return _PATHED.sub(lambda found: found[0].rstrip("/").rpartition("/")[2], text)


def code_of(error: MusfuseError) -> str:
    """A name for programs: that of the error, in lower case with _ between its words."""
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() or "error"
