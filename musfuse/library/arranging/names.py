"""Names that somebody gives by hand: those that every system can show as they are."""

from musfuse.errors import BadNameError, LongNameError
from musfuse.library.names import MAX_UNITS, clean, safe_component, units


def checked_name(name: str) -> str:
    """A name as it is kept. Raises BadNameError for what some system cannot show, LongNameError."""
    try:
        long = units(name) > MAX_UNITS or len(name.encode()) > MAX_UNITS
    except UnicodeEncodeError:
        raise BadNameError(f"{name!r}: a name on the drive is text in UTF-8, which this is not") from None
    if long:
        raise LongNameError(f"{name[:40]}…: a name on the drive has {MAX_UNITS} characters at most")
    if name.startswith(".") or clean(name) != name or safe_component(name) != name:
        wanted = safe_component(name)
        raise BadNameError(f"{name}: not every system can show this name; {wanted} would do")
    return name


def stem(before: str, name: str, followed: bool) -> tuple[str, bool]:
    """A name as it is kept, and whether it is without its extension: that follows what the track is served as, if it
    `followed` until now, and somebody leaves it as it was."""
    first, dot, extension = name.rpartition(".")
    if followed and dot and first and "." in before and before.rpartition(".")[2] == extension:
        return first, True
    return name, False
