"""What goes wrong, as statuses."""

import errno

import grpc
import pytest
from musfuse_grpc.failures import ExhaustedError, InvalidError, status_of, text

from musfuse.control.client import RemoteError
from musfuse.errors import ControlError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RemoteError("x", 2, errno.EINVAL), grpc.StatusCode.INVALID_ARGUMENT),
        (RemoteError("x", 1, errno.ENOENT), grpc.StatusCode.NOT_FOUND),
        (RemoteError("x", 1, errno.ETIMEDOUT), grpc.StatusCode.DEADLINE_EXCEEDED),
        (RemoteError("x", 1, errno.EMFILE), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (RemoteError("x", 1, errno.EIO), grpc.StatusCode.INTERNAL),
        (InvalidError("x"), grpc.StatusCode.INVALID_ARGUMENT),
        (ExhaustedError("x"), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (ControlError("x"), grpc.StatusCode.UNAVAILABLE),
    ],
)
def test_statuses(error: Exception, code: grpc.StatusCode) -> None:
    assert status_of(error) == (code, "x")


def test_a_connection_that_breaks_is_told_plainly() -> None:
    status, message = status_of(BrokenPipeError(32, "Broken pipe"))
    assert status == grpc.StatusCode.UNAVAILABLE
    assert "hung up" in message


def test_what_nobody_expected_tells_nothing_of_itself() -> None:
    status, message = status_of(KeyError("secret"))
    assert status == grpc.StatusCode.INTERNAL
    assert "secret" not in message
    assert len(status_of(InvalidError("é" * 9000))[1]) <= 2000


def test_names_that_are_no_text_can_be_sent() -> None:
    assert text("caf\udce9") == "caf\ufffd"
    assert text("café") == "café"
