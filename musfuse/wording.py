"""Words of messages that depend on a number."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what there is of it: `1 track`, `2 tracks`; `many` where that is not `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def agreeing(number: int, one: str, many: str) -> str:
    """The word that agrees with a number: `is` with 1, `are` with all others."""
    return one if number == 1 else many
