"""Words of messages: what depends on a number, and where something stands."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what there is of it: `1 track`, `2 tracks`; `many` where that is not `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def agreeing(number: int, one: str, many: str) -> str:
    """The word that agrees with a number: `is` with 1, `are` with all others."""
    return one if number == 1 else many


def placed(message: str) -> str:
    """What msgspec says of a value, the place first: `Expected `str`, got `int` - at `$.targets[0]`` becomes
    `targets[0]: expected str, got int`."""
    text, _, place = message.replace("`", "").partition(" - at ")
    said, place = text[:1].lower() + text[1:], place.removeprefix("$").removeprefix(".")
    return f"{place}: {said}" if place else said
