"""Who hears of changes, and when handles are stale."""

import pytest

from musfuse.drive.changes import Change, Changes
from musfuse.drive.handles import Handles
from musfuse.media.layout import Inline, Layout


class Hearer:
    def __init__(self) -> None:
        self.heard: list[Change | bool] = []

    def changed(self, change: Change) -> None:
        self.heard.append(change)

    def held(self, stale: bool) -> None:
        self.heard.append(stale)

    def caught_up(self, seconds: float) -> bool:
        return True


def test_everybody_hears_of_everything_until_they_end_it() -> None:
    changes, first, second = Changes(), Hearer(), Hearer()
    end = changes.listen(first)
    changes.hold(True)
    changes.listen(second)
    changes.tell(Change(folders={7}))
    end()
    end()
    changes.hold(False)
    assert first.heard == [False, True, Change(folders={7})]
    assert second.heard == [True, Change(folders={7}), False]


@pytest.mark.parametrize("closed", [[0, 1], [1, 0]])
def test_handles_are_held_from_the_first_stale_one_to_the_last(closed: list[int]) -> None:
    said: list[bool] = []
    handles = Handles(10, said.append)
    numbers = [handles.add(node, "v1", 0, Layout([Inline(b"x" * 10)]))[0] for node in (1, 2)]
    for node in (1, 2, 1):
        handles.shown(node, "v2", 11)
    assert said == [True]
    fresh, _ = handles.add(1, "v2", 0, Layout([Inline(b"x" * 11)]))
    for n in closed:
        assert said == [True]
        handles.remove(numbers[n])
    handles.remove(fresh)
    assert said == [True, False]
