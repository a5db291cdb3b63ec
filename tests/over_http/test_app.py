"""What holds for every answer, whatever went wrong."""

import asyncio
from typing import Any

import msgspec
import pytest
from musfuse_http.app import Outermost
from musfuse_http.failures import HttpError, told

from musfuse.errors import BusyError, ConfigError, MusfuseError, NoEntryError, StoreError, TooManyTriesError
from over_http.running import Server


def answered(server: Server, app: Any) -> tuple[int, dict[str, str], bytes]:
    """What the application answers within the outermost one."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(Outermost(app, server.context)(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent)


@pytest.mark.expects_errors
def test_what_nobody_thought_of_is_500_and_tells_nothing(server: Server) -> None:
    async def fails(*_: Any) -> None:
        raise ZeroDivisionError("/secret/place")

    status, headers, body = answered(server, fails)
    assert (status, headers["x-content-type-options"]) == (500, "nosniff")
    assert b"secret" not in body
    assert msgspec.json.decode(body)["error"]["code"] == "internal"


def test_an_answer_that_has_begun_is_cut_off(server: Server) -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-security-policy", b"x")]})
        raise OSError("gone")

    status, headers, body = answered(server, fails)
    assert (status, headers["content-security-policy"], body) == (200, "x", b"")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NoEntryError("a"), 404, "no_entry"), (ConfigError("a"), 400, "config"), (BusyError("a"), 503, "busy"),
        (StoreError("/var/lib/x.db: disk I/O error"), 500, "store"), (MusfuseError("a"), 500, "musfuse"),
        (TooManyTriesError("a", 2.5), 429, "too_many_tries"), (HttpError(418, "tea", "a"), 418, "tea"),
    ],
)  # fmt: skip
def test_errors_have_a_status_and_a_code(error: Exception, status: int, code: str) -> None:
    found, failure, headers = told(error)
    assert (found, failure.error.code) == (status, code)
    assert ("retry-after" in headers) is (status in (503, 429))
    assert "x.db" not in failure.error.message


def test_folders_of_this_machine_are_for_administrators() -> None:
    error = NoEntryError("/home/ann/Music/a.wav: flac is not made of it")
    assert told(error)[1].error.message == "a.wav: flac is not made of it"
    assert told(error, fully=True)[1].error.message == str(error)
