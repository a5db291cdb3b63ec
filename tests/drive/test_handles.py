"""Open files: what each reads to its end, whatever happens to the file meanwhile."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.drive.handles import CacheHint, Handles
from musfuse.errors import BadHandleError, SourceChangedError, TooManyOpenError
from musfuse.media.layout import Inline, Layout

KEEP, DROP, BYPASS = CacheHint.KEEP, CacheHint.DROP, CacheHint.BYPASS


class Counted(Inline):
    """Bytes that count how often they are let go of."""

    closed: "list[int]" = []

    def close(self) -> None:
        self.closed.append(self.length)


def layout(size: int, byte: bytes = b"x") -> Layout:
    return Layout([Inline(byte * size)])


def test_what_the_system_cached_is_of_this_version_of_another_or_must_not_be_used() -> None:
    handles = Handles(10)
    first, hint = handles.add(1, "a", 0, layout(5))
    assert hint is DROP  # nobody knows what was cached before
    assert handles.add(1, "a", 0, layout(5))[1] is KEEP
    assert handles.add(2, "a", 0, layout(5))[1] is DROP
    assert handles.add(1, "b", 0, layout(5))[1] is BYPASS  # beside readers of another version
    handles.close_all()
    assert handles.add(1, "b", 0, layout(5))[1] is DROP
    assert handles.add(1, "b", 1, layout(5))[1] is BYPASS  # another edition
    handles.close_all()
    assert handles.add(1, "b", 1, layout(5))[1] is DROP
    assert first not in (0, None)


def test_a_size_that_was_told_a_moment_ago_is_not_of_what_is_opened() -> None:
    handles = Handles(10)
    handles.shown(1, "b", 7)
    assert handles.add(1, "a", 0, layout(5))[1] is BYPASS
    handles.close_all()
    handles.shown(1, "a", 5)
    assert handles.add(1, "a", 0, layout(5))[1] is DROP


def test_a_reader_of_an_older_version_reads_on_but_is_never_told_a_wrong_end() -> None:
    handles = Handles(10)
    old, _ = handles.add(1, "a", 0, layout(5, b"o"))
    handles.shown(1, "b", 7)
    assert handles.read_at(old, 1, 4) == b"oooo"
    for offset, size in ((1, 5), (5, 1), (100, 1)):
        with pytest.raises(SourceChangedError):
            handles.read_at(old, offset, size)
    with pytest.raises(SourceChangedError):
        handles.check(old)
    handles.shown(1, "c", 5)  # its size again, but not its bytes
    with pytest.raises(SourceChangedError):
        handles.check(old)
    new, _ = handles.add(1, "b", 0, layout(7, b"n"))
    handles.check(new)
    assert handles.read_at(new, 5, 10) == b"nn"
    assert handles.read_at(new, 9, 10) == b""


def test_another_edition_of_the_same_size_disturbs_nobody() -> None:
    handles = Handles(10)
    old, _ = handles.add(1, "a", 0, layout(5, b"o"))
    handles.shown(1, "a", 5)
    new, _ = handles.add(1, "a", 1, layout(5, b"n"))
    handles.check(old)
    assert handles.read_at(old, 3, 10) == b"oo"
    assert handles.read_at(new, 3, 10) == b"nn"


def test_a_file_of_another_node_makes_nobody_stale() -> None:
    handles = Handles(10)
    one, _ = handles.add(1, "a", 0, layout(5))
    handles.shown(2, "b", 7)
    handles.add(2, "b", 0, layout(7))
    handles.check(one)


def test_one_that_is_open_tells_what_it_was_opened_with() -> None:
    handles = Handles(10)
    number, _ = handles.add(7, "a", 0, layout(5), 99)
    assert handles.facts(number) == (7, 5, 99)
    handles.remove(number)
    assert handles.facts(number) is None
    handles.check(number)  # one that is not open is nobody's
    for call in (handles.remove, lambda n: handles.read_at(n, 0, 1)):
        with pytest.raises(BadHandleError):
            call(number)


def test_there_are_so_many_and_one_that_is_closed_makes_room() -> None:
    handles = Handles(2)
    first, _ = handles.add(1, "a", 0, layout(5))
    handles.add(2, "a", 0, layout(5))
    with pytest.raises(TooManyOpenError, match="2 files"):
        handles.add(3, "a", 0, layout(5))
    handles.remove(first)
    third, _ = handles.add(3, "a", 0, layout(5))
    assert third != first  # numbers are not used again
    assert handles.close_all() == 2
    assert len(handles) == 0


def test_each_lets_go_of_its_layout_once() -> None:
    handles, Counted.closed = Handles(10), []
    numbers = [handles.add(1, "a", 0, Layout([Counted(b"x" * n)]))[0] for n in (1, 2, 3)]
    handles.remove(numbers[1])
    with pytest.raises(BadHandleError):
        handles.remove(numbers[1])
    assert Counted.closed == [2]
    handles.close_all()
    assert sorted(Counted.closed) == [1, 2, 3]


@given(
    st.lists(st.tuples(st.integers(1, 2), st.sampled_from("ab"), st.integers(0, 1)) | st.integers(0, 9), max_size=20)
)
def test_what_is_cached_is_kept_only_where_all_that_was_read_since_is_the_same(
    steps: list[tuple[int, str, int] | int],
) -> None:
    """Whoever opens may keep cached bytes only if nothing but this version was opened since they were cached."""
    handles, opened = Handles(100), list[tuple[int, int]]()
    cached = dict[int, set[tuple[str, int]]]()  # by node, of which versions the system may hold bytes
    for step in steps:
        if isinstance(step, int):
            if step < len(opened):
                handles.remove(opened.pop(step)[0])
            continue
        node, version, edition = step
        number, hint = handles.add(node, version, edition, layout(5))
        opened.append((number, node))
        held = cached.setdefault(node, set())
        if hint is DROP:
            held.clear()
        if hint is not BYPASS:
            held.add((version, edition))
            assert held == {(version, edition)}


def test_threads_that_open_and_close_leave_nothing() -> None:
    handles = Handles(1000)

    def work(node: int) -> None:
        for n in range(100):
            number, _ = handles.add(node, str(n % 3), 0, layout(5 + n % 2))
            handles.shown(node, str(n % 2), 5)
            handles.remove(number)

    threads = [threading.Thread(target=work, args=(n % 2,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handles) == 0
    assert handles._by_node == {}


def test_a_handle_that_is_kept_reads_to_its_end_whatever_is_shown() -> None:
    handles = Handles(10)
    number, _ = handles.add(1, "a", 0, layout(10), kept=True)
    handles.shown(1, "b", 5)
    handles.check(number)
    assert handles.read_at(number, 5, 100) == b"x" * 5
    assert handles.read_at(number, 10, 100) == b""
    handles.remove(number)


def test_who_was_told_of_without_a_path_is_asked_about_each_time_until_it_is_closed() -> None:
    said: list[bool] = []
    handles = Handles(10, said.append)
    number, _ = handles.add(1, "v1", 0, layout(10), 5)
    other, _ = handles.add(2, "v1", 0, layout(10))
    assert [handles.facts(number), handles.facts(number), handles.facts(99)] == [(1, 10, 5), (1, 10, 5), None]
    assert said == [True]
    handles.shown(1, "v2", 20)  # stale as well now
    handles.shown(2, "v2", 20)
    with pytest.raises(SourceChangedError):
        handles.check(number)
    handles.remove(number)
    assert said == [True]
    handles.remove(other)
    assert said == [True, False]
