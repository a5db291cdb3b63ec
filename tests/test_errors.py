"""The one tree of errors: numbers for faces, and advice for people."""

import errno

import pytest

from musfuse.errors import (
    BusyError,
    ForbiddenError,
    MusfuseError,
    NotSignedInError,
    TooManyTriesError,
    errno_of,
    plainly,
)


def test_what_the_system_says_comes_with_advice() -> None:
    assert plainly(OSError(errno.ENOSPC, "No space left on device")) == (
        "No space left on device; make room, or name a place on another disk"
    )
    assert plainly(OSError(errno.EPIPE, "Broken pipe")) == "Broken pipe"
    assert plainly(OSError("odd")) == "odd"


def test_who_tried_too_often_is_told_when_to_come_again() -> None:
    error = TooManyTriesError("tried too often", 2.5)
    assert isinstance(error, BusyError)
    assert (str(error), error.retry_after, error.may_retry, errno_of(error)) == (
        "tried too often",
        2.5,
        True,
        errno.EAGAIN,
    )
    assert errno_of(NotSignedInError()) == errno.EACCES
    assert errno_of(ForbiddenError()) == errno.EPERM


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_want_of_descriptors_is_told_through_every_error(number: int) -> None:
    try:
        try:
            raise OSError(number, "Too many open files")
        except OSError as error:
            raise MusfuseError("cannot be opened") from error
    except MusfuseError as error:
        assert errno_of(error) == errno.EMFILE
