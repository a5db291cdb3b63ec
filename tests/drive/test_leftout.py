"""Items that listings left out."""

from dataclasses import dataclass

from musfuse.drive.leftout import LeftOut


@dataclass
class Listed:
    size: int | None
    item: int = 0


def test_an_item_is_told_of_once_if_a_listing_left_it_out() -> None:
    left = LeftOut()
    assert left.is_sized(Listed(0, 1))  # type: ignore[arg-type]
    assert not left.is_sized(Listed(None, 2))  # type: ignore[arg-type]
    assert not left.is_sized(Listed(None))  # type: ignore[arg-type] - nothing will be told of what shows no item
    assert [left.pop(item) for item in (0, 1, 2, 2)] == [False, False, True, False]
