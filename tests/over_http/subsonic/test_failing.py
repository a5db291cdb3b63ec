"""Errors as codes of the API."""

import pytest
from musfuse_http.subsonic.failing import SubsonicError, code_of, failure

from musfuse.errors import AwayError, ConfigError, ForbiddenError, NoEntryError, NotFoundError, NotSignedInError


@pytest.mark.expects_errors
@pytest.mark.parametrize(
    ("error", "code"),
    [(NoEntryError("x"), 70), (NotFoundError("x"), 70), (ForbiddenError("x"), 50), (NotSignedInError("x"), 40), (ConfigError("x"), 0),
     (AwayError("x"), 0), (ValueError("x"), 0), (SubsonicError(43, "x"), 43)],
)  # fmt: skip
def test_each_has_its_code(error: Exception, code: int) -> None:
    assert code_of(error) == code


@pytest.mark.expects_errors
def test_what_is_no_fault_of_who_asks_tells_nothing_of_this_machine() -> None:
    told = failure(ValueError("/secret/place"))["error"]
    assert told["code"] == 0
    assert "secret" not in told["message"]
    assert failure(SubsonicError(41, "no", "https://x"))["error"]["helpUrl"] == "https://x"
