"""Moves of files, told by folders."""

from musfuse.library.moves import SHOWN, Move, Moved, Moves


def told(before: dict[int, str], after: dict[int, str], moves: list[tuple[int, str, int, str]]) -> Moved:
    found = Moves(before.__getitem__, after.__getitem__, after.__contains__)
    for old, name, new, now in moves:
        found.note((old, name), (new, now))
    return found.told()


def test_a_folder_that_moves_as_a_whole_is_one_move() -> None:
    found = told({1: "A/Best"}, {2: "A/Best (1977)"}, [(1, f"{n}", 2, f"{n}") for n in range(9)])
    assert found.moves == (Move("A/Best", "A/Best (1977)", 9, whole=True),)
    assert (found.count, found.files) == (1, 9)


def test_what_leaves_a_folder_that_stays_is_told_by_files() -> None:
    places = {1: "A", 2: "B"}
    few = told(places, places, [(1, "x", 2, "y"), (1, "same", 1, "same")])
    assert few.moves == (Move("A/x", "B/y", 1, whole=False),)
    many = told(places, places, [(1, f"{n}", 2, f"{n}") for n in range(9)])
    assert many.moves == (Move("A", "B", 9, whole=False),)


def test_a_folder_whose_files_part_is_no_folder_that_moves() -> None:
    found = told({1: "A"}, {2: "B", 3: "C"}, [(1, "x", 2, "x"), (1, "y", 3, "y")])
    assert [(move.old, move.new, move.whole) for move in found.moves] == [
        ("A/x", "B/x", False), ("A/y", "C/y", False),
    ]  # fmt: skip


def test_another_spelling_takes_everything_below_along() -> None:
    before, after = {1: "ann", 2: "ann/Best"}, {1: "Ann", 2: "Ann/Best"}
    found = Moves(before.__getitem__, after.__getitem__, after.__contains__)
    found.note((2, "x"), (2, "x"))
    found.note_spelling(1)
    assert found.told().moves == (Move("ann", "Ann", 1, whole=True),)


def test_what_is_told_is_bounded() -> None:
    before, after = ({n: f"{side}{n:04}" for n in range(at, at + 500)} for side, at in (("A", 0), ("B", 500)))
    found = told(before, after, [(n, "x", n + 500, "x") for n in range(500)])
    assert (len(found.moves), found.count, found.files) == (SHOWN, 500, 500)
