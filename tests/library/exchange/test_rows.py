"""Tables that somebody hands in: CSV as spreadsheets write it, JSON however it is laid out, and what is neither."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.library.exchange import rows
from musfuse.library.exchange.rows import Row, table_rows
from musfuse.library.exchange.steady import SteadyFile

ROWS = [{"title": "One", "plays": "3"}, {"title": 'a "b", c\nd', "plays": ""}]


def read(path: Path, content: str | bytes) -> list[Row]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with SteadyFile(path) as file:
        return list(table_rows(file))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x"


@pytest.fixture(params=[1, 3, 1 << 18])
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_PIECE", request.param)


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("begin", ["", "\ufeff", "\n\n"])
def test_csv_of_any_spreadsheet(path: Path, delimiter: str, begin: str) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["title", "plays"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    assert read(path, begin + out.getvalue()) == ROWS
    assert read(path, begin + out.getvalue().rstrip("\r\n")) == ROWS


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize(
    "written",
    [
        json.dumps(ROWS), json.dumps(ROWS, indent=4), "\ufeff" + json.dumps(ROWS), "".join(map(json.dumps, ROWS)),
        "\n".join(map(json.dumps, ROWS)), "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
    ],
)  # fmt: skip
def test_json_however_it_is_laid_out(path: Path, written: str) -> None:
    assert read(path, written) == ROWS


def test_values_of_json_are_texts(path: Path) -> None:
    assert read(path, '[{"A ": 1, "b": 1.5, "c": null, "d": [1], "e": true, "f": "x"}]') == [
        {"a": "1", "b": "1.5", "f": "x"}
    ]


def test_names_of_files_that_are_no_text(path: Path) -> None:
    assert read(path, b"real_path\n/a\xff\n") == [{"real_path": "/a\udcff"}]
    assert read(path, b'[{"real_path": "/a\\udcff"}]') == [{"real_path": "/a\udcff"}]


def test_nothing_is_no_row(path: Path) -> None:
    for nothing in ("", "\n", "[]", "[\n]\n", "title,plays\n", "title"):
        assert read(path, nothing) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('[{"a": 1}, {"b"', "cut off, or wrong"), ('[{"a": 1} x', "a list of objects is wanted"), ("[1, 2]", "a list of objects"),
        ("[" * 100_000, "a list of objects"), ('[{"a": ' + "[" * 100_000, "cut off, or wrong"),
        ('[{"a": ' + "9" * 5000 + "}]", "cut off, or wrong"), (b"RIFF\0\0\0\0", "no text"), ("a,a\n1,2\n", "comes twice"),
        (",".join(map(str, range(2000))), "more than 1000 columns"), ("a\n" + "x" * (2 << 20), "no CSV that can be read"),
        (json.dumps([{str(n): n for n in range(2000)}]), "more than 1000 values"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused(path: Path, content: str | bytes, why: str) -> None:
    with pytest.raises(ConfigError, match=f"x: .*{why}"):
        read(path, content)


@pytest.mark.parametrize(
    ("begin", "more"),
    [(b'[{"a": "', b"xxxx"), (b'a\n"', b"xxx\n"), (b"a\n", b"xxxx"), (b'a\n"', b'\n","'), (b"a\n", b"x,x,")],
)
def test_a_row_without_an_end_takes_no_memory(
    path: Path, begin: bytes, more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_ROW", 1 << 16)
    monkeypatch.setattr(rows, "_PIECE", 1 << 12)
    path.write_bytes(begin + more * (1 << 17))
    tracemalloc.start()
    try:
        with (
            SteadyFile(path) as file,
            pytest.raises(ConfigError, match=r"(row|object) has more than 65,536 characters"),
        ):
            list(table_rows(file))
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200))
def test_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "anything"
    for begin in (b"", b"[", b'[{"a":', b'a,b\n"'):
        try:
            found: Iterator[Row] | list[Row] = read(path, begin + content)
        except ConfigError:
            continue
        assert all(isinstance(text, str) for row in found for text in row.values())
