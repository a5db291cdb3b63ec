"""Targets that mean one thing, whatever else a library has: what programs say in place of what people type."""

_VIEW, _ITEM = "view://", "item://"
_DIGITS = 19
"""Digits that no number of 63 bits has."""


def of_view(view: str, path: str) -> str:
    """The target that means a path on the drive of a view."""
    return f"{_VIEW}{view}/{path}"


def in_view(text: str) -> tuple[str, str] | None:
    """The view and the path of what `of_view` makes; None for any other text."""
    if not text.startswith(_VIEW):
        return None
    view, _, path = text.removeprefix(_VIEW).partition("/")
    return view, path


def of_item(public: int) -> str:
    """The target that means the track with a public id."""
    return f"{_ITEM}{public}"


def item_of(text: str) -> int | None:
    """The public id of what `of_item` makes, 0 for one that no track can have; None for any other text."""
    number = text.removeprefix(_ITEM)
    if number == text:
        return None
    return int(number) if number.isascii() and number.isdigit() and len(number) <= _DIGITS else 0
