from musfuse.drive.lately import Lately


def test_the_item_that_was_opened_last_comes_first_and_old_ones_are_forgotten() -> None:
    lately = Lately()
    assert lately.items() == []
    for item in (1, 2, 3, 1, *range(100, 170)):
        lately.note(item)
    assert lately.items() == [*range(169, 105, -1)]
    lately.note(110)
    assert lately.items()[:2] == [110, 169]
