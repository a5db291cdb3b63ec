"""Whether an origin is asked at all."""

import pytest

from musfuse.errors import AwayError, NotLetInError
from musfuse.sources.breaker import Breaker, Outage


def test_each_change_is_told_once_and_the_beginning_stays() -> None:
    clock, told = iter([10.0, 20.0, 30.0, 40.0]), list[Outage | None]()
    breaker = Breaker(lambda: next(clock), told.append)
    breaker.check()
    breaker.mend()
    assert breaker.trip(AwayError("unplugged"))
    assert not breaker.trip(NotLetInError("wrong key"))
    assert breaker.outage == Outage("wrong key", 10.0, NotLetInError)
    with pytest.raises(NotLetInError, match="wrong key"):
        breaker.check()
    breaker.mend()
    breaker.mend()
    breaker.check()
    assert told == [Outage("unplugged", 10.0), None]
