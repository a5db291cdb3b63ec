"""Bodies: JSON under 20 KB, whatever names there are."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from musfuse_webhooks.body import LIMIT, body_of

ANY = st.text(st.characters(), max_size=40).map(lambda text: text * 200)


def test_what_a_message_says() -> None:
    told = json.loads(body_of("file_added", 1_700_000_000_123_456_789, {"path": "a \udcff", "file_id": 3}))
    assert told == {
        "event_type": "file_added", "timestamp": "2023-11-14T22:13:20.123456Z", "data": {"path": "a \udcff", "file_id": 3},
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    data=st.dictionaries(st.sampled_from(["path", "origin_id", "what", "error"]), ANY), time_ns=st.integers(0, 1 << 63)
)
def test_no_body_is_too_long(data: dict[str, str], time_ns: int) -> None:
    body = body_of("file_added", time_ns, data)
    assert len(body) < LIMIT
    told = json.loads(body)["data"]
    assert told == data or set(told["cut"]) <= set(data)


def test_a_long_path_of_bytes_that_are_no_text_is_cut_and_named() -> None:
    told = json.loads(body_of("file_added", 0, {"path": "\udcff" * 4096, "origin_id": "o"}))["data"]
    assert told == {"path": "\udcff" * 1000, "origin_id": "o", "cut": ["path"]}
