"""What is no queue or bookmark is refused before anything is written."""

import pytest

from musfuse.errors import ConfigError
from musfuse.server import queueing
from server.serving import Desk


def test_bookmarks_are_bounded_and_may_be_moved_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    state = desk.server.states.of(desk.user())
    monkeypatch.setattr(queueing, "MOST_BOOKMARKS", 2)
    state.put_bookmark(1, 0)
    state.put_bookmark(2, 0)
    with pytest.raises(ConfigError, match="remove one"):
        state.put_bookmark(3, 0)
    assert state.put_bookmark(2, 5).position_ms == 5


def test_a_queue_of_a_client_with_a_long_name_is_kept(desk: Desk) -> None:
    queue = desk.server.states.of(desk.user()).put_queue([1], -1, 0, "x" * 1000)
    assert queue.client == "x" * 100
