"""How far an import is."""

from musfuse.library.imports.watching import watched


def test_who_waits_hears_of_it_now_and_then() -> None:
    told: list[tuple[int, int, str]] = []
    assert list(watched(range(1200), "x", 1200, lambda *how: told.append(how))) == list(range(1200))
    assert told == [(0, 1200, "x"), (500, 1200, "x"), (1000, 1200, "x")]
