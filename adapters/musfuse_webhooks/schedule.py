"""When a message that was not taken is tried again."""

import random
from collections.abc import Callable

_QUICK_SECONDS = 0.1
_LATER_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
_JITTER = 0.1
_LONGEST_WAIT = 86_400.0
_PAUSE_SECONDS = 300.0


def wait_seconds(
    tries: int, quick: int, asked: float = 0.0, chance: Callable[[], float] = random.random
) -> float | None:
    """How long to wait after the last of so many tries, of which `quick` are repeated soon; None: it is given up. A
    receiver may have asked for a longer wait, of a day at most."""
    if tries <= quick:
        seconds = _QUICK_SECONDS * 2.0 ** (tries - 1)
    elif tries <= quick + len(_LATER_SECONDS):
        seconds = _LATER_SECONDS[tries - quick - 1] * (1 + _JITTER * chance())
    else:
        return None
    return max(seconds, min(asked, _LONGEST_WAIT))


def pause_seconds(failures: int, quick: int, asked: float = 0.0) -> float:
    """How long a receiver that failed so often in a row, whatever the message, is left alone by all messages: a dead
    one is asked every five minutes, however many messages wait."""
    if failures <= quick:
        return min(asked, _LONGEST_WAIT)
    seconds = _LATER_SECONDS[min(failures - quick, len(_LATER_SECONDS)) - 1]
    return max(min(float(seconds), _PAUSE_SECONDS), min(asked, _LONGEST_WAIT))
