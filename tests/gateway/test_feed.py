"""One stream of the owner's, handed on to many: what a subscriber loses is counted exactly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from musfuse_grpc.failures import ExhaustedError, InvalidError
from musfuse_grpc.feed import LOG, RING, Hub, Subscription

from gateway.running import SECONDS
from musfuse.errors import ControlError
from musfuse.service.requests.events import Watch


def row(seq: int, kind: str = "file_added", **data: Any) -> dict[str, Any]:
    return {"seq": seq, "time_ns": seq * 10**6, "event": kind, "data": {"origin_id": "o", "path": f"{seq}", **data}}


class Owner:
    """An owner whose events a test hands out; `asked` is what was asked of it."""

    def __init__(self, last: int = 10) -> None:
        self.last, self.asked, self.rows = last, list[Watch](), asyncio.Queue[dict[str, Any] | None]()
        self.fails = ""

    async def follow(self, asked: Watch) -> AsyncIterator[Any]:
        self.asked.append(asked)
        if self.fails:
            raise ControlError(self.fails)
        yield {"stream": "here", "last": self.last}
        while (told := await self.rows.get()) is not None:
            yield told

    def tell(self, *rows: dict[str, Any]) -> None:
        for one in rows:
            self.last = max(self.last, one["seq"])
            self.rows.put_nowait(one)

    async def settle(self) -> None:
        while not self.rows.empty():
            await asyncio.sleep(0)
        for _ in range(10):
            await asyncio.sleep(0)


def run(test: Callable[[Owner, Hub], Awaitable[None]], most: int = 1000, linger: float = 60.0) -> None:
    async def done() -> None:
        owner = Owner()
        hub = Hub(owner, most, linger)  # type: ignore[arg-type]
        try:
            await asyncio.wait_for(test(owner, hub), SECONDS)
        finally:
            hub.end("over")
            await asyncio.sleep(0)

    asyncio.run(done())


async def taken(subscription: Subscription) -> list[tuple[int, str, str]]:
    """What waits: number, kind, and how many are said to be lost."""
    found = []
    while (event := await subscription.take(0.0)) is not None:
        found.append((event.seq, event.event_type, event.metadata["count"]))
    return found


def test_events_of_a_kind_and_an_origin() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        everything, removed, other = (
            await hub.subscribe(),
            await hub.subscribe({"file_removed"}),
            await hub.subscribe(origin="p"),
        )
        owner.tell(row(11), row(12, "file_removed"), row(13, origin_id="p"))
        await owner.settle()
        assert [seq for seq, _, _ in await taken(everything)] == [11, 12, 13]
        assert [seq for seq, _, _ in await taken(removed)] == [12]
        assert [seq for seq, _, _ in await taken(other)] == [13]
        assert len(owner.asked) == 1

    run(test)


@pytest.mark.parametrize("extra", [1, 2, 700, 1500])
def test_who_never_reads_loses_the_oldest_and_hears_how_many(extra: int) -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        slow, quick = await hub.subscribe({"file_added"}), await hub.subscribe()
        for number in range(11, 11 + RING + extra):
            owner.tell(row(2 * number), row(2 * number + 1, "file_removed"))
            await owner.settle()
            assert len(await taken(quick)) == 2
        found = await taken(slow)
        assert found[0] == (2 * (10 + extra), "events_lost", str(extra))
        assert [seq for seq, _, _ in found[1:]] == [2 * number for number in range(11 + extra, 11 + RING + extra)]
        assert await taken(slow) == []

    run(test)


def test_what_the_owners_queue_dropped_is_asked_for_again() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        one = await hub.subscribe()
        owner.tell(row(11), row(15, "events_lost", count=4))
        await owner.settle()
        assert owner.asked[1:] == [Watch(after=11, stream="here")]
        owner.tell(row(14, "events_lost", count=3), row(15), row(16))  # the log goes back no further
        await owner.settle()
        assert await taken(one) == [
            (11, "file_added", ""), (14, "events_lost", "3"), (15, "file_added", ""), (16, "file_added", ""),
        ]  # fmt: skip
        assert len(owner.asked) == 2

    run(test)


def test_losses_add_up_where_the_ring_runs_over_one() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        one = await hub.subscribe()
        owner.tell(row(11, "events_lost", count=1))
        owner.tell(*(row(12 + number) for number in range(RING)))
        await owner.settle()
        found = await taken(one)
        assert found[0] == (11, "events_lost", "1")
        assert len(found) == RING + 1

    run(test)


def test_one_that_was_away_goes_on_where_it_was() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        first = await hub.subscribe()
        owner.tell(*(row(number) for number in range(11, 16)))
        await owner.settle()
        back = await hub.subscribe(after=13, stream="here")
        assert [seq for seq, _, _ in await taken(back)] == [14, 15]
        earlier = await hub.subscribe(after=5, stream="here")
        assert [(seq, lost) for seq, _, lost in await taken(earlier)] == [(10, "5"), *((n, "") for n in range(11, 16))]
        for after, stream in ((3, "gone"), (99, "")):
            other = await hub.subscribe(after=after, stream=stream)
            owner.tell(row(owner.last + 1))
            await owner.settle()
            assert [(kind, lost) for _, kind, lost in await taken(other)] == [("events_lost", ""), ("file_added", "")]
        assert first.ended == ""

    run(test)


def test_the_first_one_may_begin_behind_a_number() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        back = await hub.subscribe(after=8, stream="here")
        assert owner.asked == [Watch(after=8, stream="here")]
        owner.tell(row(9), row(10), row(11))
        new = await hub.subscribe()
        await owner.settle()
        assert [seq for seq, _, _ in await taken(back)] == [9, 10, 11]
        assert [seq for seq, _, _ in await taken(new)] == [9, 10, 11]

    run(test)


def test_the_first_one_may_come_from_another_process() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        back = await hub.subscribe(after=1000, stream="gone")
        owner.tell(row(10, "events_lost", count=None), row(11))
        await owner.settle()
        assert [(seq, kind, lost) for seq, kind, lost in await taken(back)] == [
            (10, "events_lost", ""), (11, "file_added", ""),
        ]  # fmt: skip

    run(test)


def test_the_log_is_bounded() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        await hub.subscribe({"nothing"})
        owner.tell(*(row(11 + number) for number in range(LOG + 5)))
        await owner.settle()
        late = await hub.subscribe({"file_added"}, after=11, stream="here")
        found = await taken(late)
        count = sum(int(lost) for _, kind, lost in found if kind == "events_lost")
        assert len([kind for _, kind, _ in found if kind == "file_added"]) == RING
        assert count + RING == LOG + 4

    run(test)


def test_too_many_subscribe() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        first = await hub.subscribe()
        await hub.subscribe()
        with pytest.raises(ExhaustedError):
            await hub.subscribe()
        first.close()
        await hub.subscribe()
        first.close()

    run(test, most=2)


def test_an_owner_that_ends_ends_all() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        one = await hub.subscribe()
        owner.tell(row(11))
        owner.rows.put_nowait(None)
        assert await one.take() is not None
        assert await one.take() is None
        assert "ended" in one.ended
        again = await hub.subscribe()
        assert (again.ended, len(owner.asked)) == ("", 2)

    run(test)


def test_an_owner_that_is_not_there() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        owner.fails = "gone"
        with pytest.raises(ControlError, match="gone"):
            await hub.subscribe()
        owner.fails = ""
        await hub.subscribe()
        with pytest.raises(InvalidError):
            await hub.subscribe(after=1 << 63)

    run(test)


def test_nobody_is_followed_once_all_are_gone() -> None:
    async def test(owner: Owner, hub: Hub) -> None:
        one = await hub.subscribe()
        task = hub._task
        assert task is not None
        one.close()
        await asyncio.wait([task])
        assert task.cancelled()
        two = await hub.subscribe()
        two.close()
        await hub.subscribe()
        await asyncio.sleep(0.05)
        assert hub._task is not None
        assert not hub._task.done()

    run(test, linger=0.01)
