"""What is written on a device of what was put there."""

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.devices import manifest as module
from musfuse.devices.manifest import FOLDER, Known, Manifest, Put, checked_name
from musfuse.devices.naming import fitted
from musfuse.errors import DeviceError
from musfuse.library.names import with_number
from musfuse.platform import system
from musfuse.platform.trees import Tree

A = Put("a/1.mp3", 1, "a/1.mp3", 10, "v1", 10**18, "d")
B = Put("b (2).mp3", 2, "b.mp3", 20, "v2", 0, "e")


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with closing(system.open_tree(str(tmp_path))) as made:
        yield made


def again(tree: Tree) -> Known | None:
    return Manifest(tree, "lib", "main").read()


def test_what_is_written_is_read(tree: Tree) -> None:
    assert again(tree) is None
    kept = Manifest(tree, "lib", "main")
    kept.write(Known("lib", "device", {A.path: A}, {B.path: B}, {"a"}))
    assert again(tree) == Known("lib", "device", {A.path: A}, {B.path: B}, {"a"})
    kept.note(B)
    kept.note_gone(A.path)
    kept.note_folder("c")
    kept.note_direct("c/x")
    assert again(tree) == Known("lib", "device", {B.path: B}, {}, {"a", "c"}, {"c/x"})
    kept.close()
    assert Manifest(tree, "lib", "jazz").read() is None
    assert Manifest(tree, "other", "main").others() == ["lib"]
    assert Manifest(tree, "other", "jazz").others() == kept.others() == []
    kept.forget()
    assert again(tree) is None


def test_of_two_files_the_newer_whole_one_counts(tree: Tree, tmp_path: Path) -> None:
    kept = Manifest(tree, "lib", "main")
    kept.write(Known("lib", "d", {A.path: A}))
    kept.write(Known("lib", "d", {A.path: A, B.path: B}))
    kept.close()
    newer = tmp_path / FOLDER / "lib-main.0.jsonl"
    whole = newer.read_bytes()
    for cut in range(len(whole)):
        newer.write_bytes(whole[:cut])
        found = again(tree)
        assert found
        assert found.files == {A.path: A}
    newer.write_bytes(whole + b'{"f":["x",1,"",1')
    found = again(tree)
    assert found
    assert found.files == {A.path: A, B.path: B}
    (tmp_path / FOLDER / "lib-main.1.jsonl").write_bytes(b"\0" * 50)
    newer.write_bytes(whole[:-3])
    with pytest.raises(DeviceError, match="cannot be read; --new"):
        again(tree)


@pytest.mark.parametrize(
    "row",
    [
        {"f": ["../x", 1, "", 1, "", 0, ""]}, {"f": ["/x", 1, "", 1, "", 0, ""]}, {"f": ["a//x", 1, "", 1, "", 0, ""]},
        {"f": [f"{FOLDER}/x", 1, "", 1, "", 0, ""]}, {"f": ["x", True, "", 1, "", 0, ""]}, {"f": ["x"]}, {"f": 3},
        {"f": ["x", 1, "", -1, "", 0, ""]}, {"f": ["a\0", 1, "", 1, "", 0, ""]}, {"d": ".."}, {"g": 7}, {"w": "a/./b"},
        {"f": ["C:/x", 1, "", 1, "", 0, ""]}, {"f": ["a:stream", 1, "", 1, "", 0, ""]}, {"f": ["..\\x", 1, "", 1, "", 0, ""]},
        {"f": ["\ud800", 1, "", 1, "", 0, ""]}, {"w": "a/\udcff"}, {"d": "a/.. "}, {"d": FOLDER.upper()}, {"w": "a/b."},
    ],
)  # fmt: skip
def test_lines_that_lead_elsewhere_count_for_nothing(tree: Tree, tmp_path: Path, row: object) -> None:
    Manifest(tree, "lib", "main").write(Known("lib", "d"))
    with (tmp_path / FOLDER / "lib-main.1.jsonl").open("a") as out:
        out.write(json.dumps(row) + "\n")
    assert again(tree) == Known("lib", "d")


@settings(max_examples=50)
@given(st.text(max_size=40), st.integers(2, 1000))
def test_whatever_path_a_file_is_given_is_read_again(wish: str, number: int) -> None:
    path = fitted(wish)
    folder, name = path.rsplit("/", 1) if "/" in path else ("", path)
    for given_path in (path, f"{folder}/{with_number(name, number, '', 255)}".lstrip("/")):
        assert module._put(module._row(replace(A, path=given_path))) == replace(A, path=given_path)


@pytest.mark.parametrize("generation", [-1, True, 1.5, 1 << 60])
def test_a_head_that_nobody_wrote_is_none(tree: Tree, tmp_path: Path, generation: object) -> None:
    kept = Manifest(tree, "lib", "main")
    kept.write(Known("lib", "d"))
    kept.write(Known("lib", "d", {A.path: A}))
    kept.close()
    older = tmp_path / FOLDER / "lib-main.1.jsonl"
    older.write_text(older.read_text().replace('"generation":1', f'"generation":{json.dumps(generation)}'))
    assert again(tree) == Known("lib", "d", {A.path: A})
    assert Manifest(tree, "lib", "main").read_generation() == 2


def test_what_a_device_says_takes_no_more_memory_than_what_was_put_there(tree: Tree, tmp_path: Path) -> None:
    Manifest(tree, "lib", "main").write(Known("lib", "d"))
    path = tmp_path / FOLDER / "lib-main.1.jsonl"
    with path.open("ab") as out:  # one line of 100 MB, most of it a hole
        out.truncate(out.tell() + 100_000_000)
    tracemalloc.start()
    try:
        assert again(tree) == Known("lib", "d")
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["d", "w"])
def test_more_folders_than_anybody_made_are_not_taken(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    head, end = {"musfuse_sync": 1, "generation": 1, "device": "d"}, {"end": True}
    assert module._known(iter([head, *({kind: f"a/{n}"} for n in range(30)), end]), "lib")
    assert module._known(iter([head, *({kind: f"a/{n}"} for n in range(60)), end]), "lib") is None


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    known = module._known(module._rows([line + b"\n" for line in data.split(b"\n")]), "lib")
    assert known is None or isinstance(known[1], Known)


def test_names() -> None:
    assert checked_name("jazz-2_x") == "jazz-2_x"
    for name in ("", "A", "../x", "a" * 33):
        with pytest.raises(DeviceError, match="make a name"):
            checked_name(name)
