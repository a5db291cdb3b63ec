"""Which job begins next."""

from musfuse.jobs import Job, JobKind, Resource
from musfuse.jobs.kind import checked
from musfuse.jobs.queue import Entry, Queue


def kind(name: str, resource: Resource = Resource.CPU, after: str = "", **more: bool) -> JobKind:
    return JobKind(name, resource, lambda _: {}, after=frozenset(after.split()), **more)  # type: ignore[arg-type]


def queue(*kinds: JobKind) -> tuple[Queue, dict[str, JobKind]]:
    by_name = checked(kinds)
    return Queue(by_name), by_name


def put(made: Queue, kind: JobKind, key: str = "") -> Entry:
    entry = Entry(kind, Job(1, kind.name, kind.resource, key))
    made.put(entry)
    return entry


def test_the_first_kind_goes_first_then_who_asked_first() -> None:
    made, kinds = queue(kind("a"), kind("b"))
    late, first, second = put(made, kinds["b"]), put(made, kinds["a"], "x"), put(made, kinds["a"], "y")
    assert [made.take(Resource.CPU) for _ in range(3)] == [first, second, late]
    assert made.take(Resource.CPU) is None
    assert made.running == [first, second, late]


def test_each_resource_has_its_own() -> None:
    made, kinds = queue(kind("a", Resource.CPU), kind("b", Resource.DISK))
    put(made, kinds["a"])
    assert made.take(Resource.ORIGIN) is None
    assert made.take(Resource.DISK) is None
    assert made.take(Resource.CPU) is not None


def test_what_comes_after_waits_for_what_waits_and_what_runs() -> None:
    made, kinds = queue(kind("scan", Resource.ORIGIN), kind("index", after="scan"))
    scan, index = put(made, kinds["scan"]), put(made, kinds["index"])
    assert made.take(Resource.CPU) is None
    assert made.take(Resource.ORIGIN) is scan
    assert made.take(Resource.CPU) is None
    made.end(scan)
    assert made.take(Resource.CPU) is index
    assert put(made, kinds["scan"]) is made.take(Resource.ORIGIN)  # the other way round nobody waits


def test_what_runs_alone_waits_for_all_and_all_wait_for_it() -> None:
    made, kinds = queue(kind("a", Resource.CPU), kind("alone", Resource.DISK, alone=True))
    a, alone = put(made, kinds["a"]), put(made, kinds["alone"])
    assert made.take(Resource.DISK) is None
    assert made.take(Resource.CPU) is a
    assert made.take(Resource.DISK) is None
    made.end(a)
    assert made.take(Resource.DISK) is alone
    assert not made.wants_place_of(alone)
    put(made, kinds["a"])
    assert made.take(Resource.CPU) is None
    assert made.wants_place_of(alone)


def test_two_that_run_alone_do_not_wait_for_each_other() -> None:
    made, kinds = queue(kind("x", alone=True), kind("y", Resource.DISK, alone=True))
    x, y = put(made, kinds["x"]), put(made, kinds["y"])
    assert made.take(Resource.DISK) is None
    assert made.take(Resource.CPU) is x
    made.end(x)
    assert made.take(Resource.DISK) is y


def test_a_place_is_wanted_by_what_could_begin_there_and_comes_first() -> None:
    made, kinds = queue(
        kind("scan", Resource.ORIGIN), kind("index", after="scan"), kind("hear", Resource.ORIGIN, after="index")
    )
    hear = put(made, kinds["hear"])
    assert made.take(Resource.ORIGIN) is hear
    put(made, kinds["index"])
    assert not made.wants_place_of(hear)  # it begins elsewhere
    scan = put(made, kinds["scan"])
    assert made.wants_place_of(hear)
    made.drop(scan)
    assert not made.wants_place_of(hear)


def test_what_was_dropped_or_taken_cannot_be_dropped_again() -> None:
    made, kinds = queue(kind("a"))
    entry = put(made, kinds["a"])
    assert made.at(("a", "")) is entry
    assert made.drop(entry)
    assert not made.drop(entry)
    put(made, kinds["a"])
    assert made.take(Resource.CPU) is not entry
