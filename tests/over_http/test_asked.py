"""Requests as they are read: within bounds, and as text."""

import asyncio
from typing import Any

import pytest
from musfuse_http.asked import Asked, fields, read_body
from musfuse_http.failures import HttpError


def test_fields_have_all_their_values() -> None:
    assert fields(b"id=1&id=2&a=&b=%C3%A9+x") == {"id": ["1", "2"], "a": [""], "b": ["é x"]}
    for bad in (b"a=%ff", b"a=\xff", b"a&" * 30_000):
        with pytest.raises(HttpError):
            fields(bad)


def body_of(*messages: dict[str, Any], told: bytes = b"", most: int = 10) -> bytes:
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    headers = [(b"content-length", told)] if told else []
    return asyncio.run(read_body({"headers": headers}, receive, most))


def test_a_body_is_bounded_whatever_is_told_of_it() -> None:
    part = {"type": "http.request", "body": b"12345", "more_body": True}
    end = {"type": "http.request", "body": b"67890"}
    assert body_of(part, end) == b"1234567890"
    for messages, told in (((), b"81"), ((part, part, end), b""), ((part, part, end), b"5"), ((part,) * 17, b"")):
        with pytest.raises(HttpError) as caught:
            body_of(*messages, told=told)
        assert caught.value.status == 413
    with pytest.raises(HttpError) as caught:
        body_of(part, {"type": "http.disconnect"})
    assert caught.value.status == 400


def test_cookies() -> None:
    asked = Asked("GET", "/", {}, {"cookie": "a=1; musfuse=x=y;c", "host": "h:1"}, "", "https")
    assert (asked.cookie("musfuse"), asked.cookie("a"), asked.cookie("b"), asked.cookie("c")) == ("x=y", "1", "", "")
    assert asked.origin == "https://h:1"
