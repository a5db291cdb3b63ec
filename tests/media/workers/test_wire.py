"""Messages: what goes in comes out; nonsense is an error, never a huge allocation."""

import io

import pytest

from musfuse.media.workers.wire import Kind, Message, read_message


def test_messages_round_trip() -> None:
    sent = [
        Message(Kind.JOB, {"a": "caf\udce9", "n": [1, None]}),
        Message(Kind.BYTES, {}, b"\0\xff"),
        Message(Kind.BEAT),
    ]
    stream = io.BytesIO(b"".join(message.to_bytes() for message in sent))
    assert [read_message(stream) for _ in range(4)] == [*sent, None]


@pytest.mark.parametrize(
    "raw",
    [b"\1", b"\x09" + bytes(8), b"\2\xff\xff\xff\xff\0\0\0\0", b"\2\0\0\0\0\xff\xff\xff\xff", b"\2\2\0\0\0\0\0\0\0[]",
     b"\2\5\0\0\0\0\0\0\0{}"],
)  # fmt: skip
def test_nonsense(raw: bytes) -> None:
    with pytest.raises(ValueError):
        read_message(io.BytesIO(raw))
