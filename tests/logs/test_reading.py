"""A log is read while it is written and set aside."""

import logging
from contextlib import ExitStack, closing
from pathlib import Path

from musfuse.logs.files import LOG_LIMIT, keep_log
from musfuse.logs.options import LoggingOptions
from musfuse.logs.reading import Following, last_lines

log = logging.getLogger("musfuse.test")


def write(path: Path, *lines: str) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def line(text: str, level: str = "INFO") -> str:
    return f"2026-11-27T12:00:00+0000 {level} musfuse.test: {text}"


def test_the_last_ones_of_both_files(tmp_path: Path) -> None:
    path = tmp_path / "musfuse.log"
    assert last_lines(path, 10, lambda _: True) == []
    write(path.with_suffix(".log.1"), "a rest of a line", line("one"), line("two", "ERROR"), "Traceback", "  here")
    write(path, line("three"), line("four", "ERROR"))
    assert [one.message for one in last_lines(path, 10, lambda _: True)] == [
        "one",
        "two\nTraceback\n  here",
        "three",
        "four",
    ]
    errors = last_lines(path, 1, lambda one: one.level >= logging.ERROR)
    assert [one.message for one in errors] == ["four"]


def test_a_line_is_followed_once_it_is_whole_and_over_a_change_of_files(tmp_path: Path) -> None:
    path = tmp_path / "musfuse.log"
    write(path, line("before"))
    with closing(Following(path)) as following:
        assert following.more() == []
        with path.open("a") as out:
            out.write(line("one")[:30])
        assert following.more() == []
        with path.open("a") as out:
            out.write(line("one")[30:] + "\n" + line("two") + "\n")
        path.rename(path.with_suffix(".log.1"))
        write(path, line("three"))
        assert [one.message for one in following.more()] == ["one", "two", "three"]
        assert following.more() == []


def test_one_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    with closing(Following(tmp_path / "musfuse.log")) as following:
        assert following.more() == []
        write(tmp_path / "musfuse.log", line("one"))
        assert [one.message for one in following.more()] == ["one"]


def test_nothing_is_lost_while_a_log_grows_and_is_set_aside(tmp_path: Path) -> None:
    path, count = tmp_path / "musfuse.log", LOG_LIMIT // 500 + 100
    found = list[str]()
    with ExitStack() as stack, closing(Following(path)) as following:
        keep_log(path, stack, LoggingOptions(json_output=True))
        for n in range(count):
            log.info("%d %s", n, "x" * 500)
            if n % 100 == 0:
                found += [one.message.partition(" ")[0] for one in following.more()]
        found += [one.message.partition(" ")[0] for one in following.more()]
    assert found == [str(n) for n in range(count)]
