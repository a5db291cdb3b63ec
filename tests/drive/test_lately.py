from musfuse.drive.lately import Lately


def test_the_item_that_was_opened_last_comes_first_and_old_ones_are_forgotten() -> None:
    lately = Lately()
    assert lately.all() == []
    for item in (1, 2, 3, 1, *range(100, 170)):
        lately.note(item)
    assert [item for item, _, _ in lately.all()] == [*range(169, 105, -1)]
    lately.note(110)
    assert [item for item, _, _ in lately.all()[:2]] == [110, 169]
