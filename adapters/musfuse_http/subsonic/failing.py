"""What goes wrong, as the codes of the API."""

from typing import Any

from musfuse.errors import (
    ForbiddenError,
    MusfuseError,
    NoEntryError,
    NotFoundError,
    NotSignedInError,
)
from musfuse_http.failures import HttpError, told

GENERIC, MISSING, WRONG, NO_TOKENS, NO_SUCH_MEANS, SEVERAL_MEANS, BAD_KEY, FORBIDDEN, NOT_FOUND = (
    0, 10, 40, 41, 42, 43, 44, 50, 70,
)  # fmt: skip


class SubsonicError(MusfuseError):
    """A request that is refused, with the API's `code` and where to read more."""

    def __init__(self, code: int, message: str, help_url: str = "") -> None:
        super().__init__(message)
        self.code, self.help_url = code, help_url


def failure(error: BaseException) -> dict[str, Any]:
    """The parts of the answer that says what went wrong. What is no fault of who asks is logged."""
    _, answer, _ = told(error)
    said: dict[str, Any] = {"code": code_of(error), "message": answer.error.message}
    if isinstance(error, SubsonicError):
        said["message"] = str(error)
        if error.help_url:
            said["helpUrl"] = error.help_url
    return {"error": said}


def code_of(error: BaseException) -> int:
    """The code of an error."""
    if isinstance(error, SubsonicError):
        return error.code
    if isinstance(error, (NoEntryError, NotFoundError)):
        return NOT_FOUND
    if isinstance(error, ForbiddenError):
        return FORBIDDEN
    if isinstance(error, NotSignedInError):
        return WRONG
    if isinstance(error, HttpError) and error.status == 404:
        return NOT_FOUND
    return GENERIC


def not_offered(what: str) -> SubsonicError:
    """What this server does not do."""
    return SubsonicError(FORBIDDEN, f"musfuse has no {what}")
