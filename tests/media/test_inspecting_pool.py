"""Looking into files in worker processes: hostile ones are stopped, reported, and cost the others nothing."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import hostile
import pytest
import sound
from patient import QUICK, EventfulOrigin, HandClock
from sound import FORMATS

from musfuse.errors import UnavailableError
from musfuse.media.inspecting import InspectPool
from musfuse.media.inspecting.inspection import Inspection, InspectionKind
from musfuse.media.inspecting.worker import MEMORY_MIB
from musfuse.media.reading import read_original
from musfuse.origins import LocalOrigin, MemoryOrigin, Origin
from musfuse.platform import system


@pytest.fixture(scope="module")
def pool() -> Iterator[InspectPool]:
    made = InspectPool(1, FORMATS)
    yield made
    made.close()


def inspect(pool: InspectPool, origin: Origin, name: str, what: InspectionKind = InspectionKind.ORIGINAL) -> Inspection:
    return pool.inspect(origin, sound.source_file(origin, name), what).result(60)


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    hostile.make_bombs(folder / "bombs", sound.write(folder / "source.flac"), mib=40, count=220_000)
    return folder / "bombs"


REFUSED = {
    "nuls-1.mp3": "values", "nuls-32.mp3": "inflate", "inflates.mp3": "inflate", "inflates-in-2.3.mp3": "inflate",
    "unsynchronised.mp3": "inflate", "nested.mp3": "chapter", "in-a-chunk.wav": "inflate",
    "many-frames.mp3": "more than 4096 frames", "empty-frames.mp3": "more than 4096 frames",
    "titles.flac": "comments", "titles.opus": "55000 comments", "items.ape": "165000 APEv2 items",
    "items.mp3": "165000 APEv2 items", "atoms.m4a": "atoms", "sparse.mp3": "not of a kind", "sparse-tagged.mp3": "not of a kind",
    "sparse.wv": "MiB of it were read", "sparse.wav": "chunks", "sparse.flac": "", "sparse.ogg": "", "sparse.aac": "",
    "sparse.mpc": "",
}  # fmt: skip
SHOWN = {"inflates-picture.mp3", "plain-nuls.mp3", "texts.mp3", "profile.mp3"}


def test_every_bomb_is_stopped_by_a_bound_and_not_by_its_worker_s_death(bombs: Path, pool: InspectPool) -> None:
    origin = LocalOrigin("bombs", str(bombs))
    found = {name: inspect(pool, origin, name) for name in os.listdir(bombs) if name != "cover.png"}
    assert {name for name, one in found.items() if not one.problem} == SHOWN
    for name, reason in REFUSED.items():
        assert reason in found[name].problem, name
        assert f"bombs/{name}: " in found[name].problem
        assert not found[name].again
        assert "computing" not in found[name].problem
        assert "memory" not in found[name].problem
    shown = found["inflates-picture.mp3"].reading
    assert shown is not None
    assert shown.picture is None


def test_files_behind_one_that_kills_its_worker_go_to_another(music: Path, origin: LocalOrigin) -> None:
    names = [f"{n:02}.flac" for n in range(30)]
    for name in names:
        sound.write(music / name, 2000, title=name)
    bad = EventfulOrigin(b"fLaC" + bytes(1000), "bad.flac")
    pool = InspectPool(1, FORMATS)
    bad.on_read = lambda _: os.kill(pool.pids()[0], signal.SIGSEGV)
    try:
        asked = []
        for number, name in enumerate(names):
            asked.append(pool.inspect(origin, sound.source_file(origin, name), InspectionKind.ORIGINAL))
            if number % 10 == 5:
                asked.append(pool.inspect(bad, sound.source_file(bad, "bad.flac"), InspectionKind.ORIGINAL))
        found = [one.result(60) for one in asked]
    finally:
        pool.close()
    assert [one.reading.tags.first("title") for one in found if one.reading] == names
    problems = [one.problem for one in found if one.problem]
    assert len(problems) == 3
    assert all("crashed" in problem for problem in problems)


def test_computing_is_bounded() -> None:
    script = "from musfuse.platform import system; system.limit_computing(0)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", script])
    assert system.was_out_of_time(done.returncode)


def test_memory_is_bounded() -> None:
    script = f"from musfuse.platform import system; system.limit_data({MEMORY_MIB}); bytearray({MEMORY_MIB << 20})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "MemoryError" in done.stderr


def test_an_honest_large_tag_is_read_in_full(tmp_path: Path, pool: InspectPool) -> None:
    from mutagen import id3

    path = sound.write(tmp_path / "a.mp3")
    tags = id3.ID3()
    for n in range(1000):
        tags.add(id3.TXXX(encoding=3, desc=f"F{n:04}", text=["v" * 100]))
    tags.add(id3.TIT2(encoding=3, text=["One"]))
    tags.add(id3.USLT(encoding=1, lang="eng", desc="", text="la " * 70_000))
    picture = sound.picture(1800, "BMP")
    assert len(picture) > 9_000_000
    tags.add(id3.APIC(encoding=3, mime="image/bmp", type=3, desc="", data=picture))
    tags.save(path)
    flac = sound.write(tmp_path / "a.flac", title="One")
    block = hostile.comments((b"F%04d=%s" % (n, b"v" * 100) for n in range(1000)), 1000)
    (tmp_path / "b.flac").write_bytes(hostile.with_flac_comments(flac, block))
    origin = LocalOrigin("t", str(tmp_path))
    found = inspect(pool, origin, "a.mp3").reading
    assert found is not None
    assert found.tags.first("title") == "One"
    assert len(found.tags["lyrics"][0]) >= 200_000
    assert sum(name.startswith("f0") for name in found.tags) == 1000
    assert found.picture is not None
    assert found.picture.size == len(picture)
    taken = pool.extract(origin, sound.source_file(origin, "a.mp3"))
    assert taken is not None
    assert taken.data == picture
    other = inspect(pool, origin, "b.flac").reading
    assert other is not None
    assert len(other.tags) == 1000


def test_an_origin_that_only_this_process_has_is_read_through_it(tmp_path: Path, pool: InspectPool) -> None:
    path = sound.write(tmp_path / "a.mp3", 200_000, title="One", artist="X")
    sound.add_picture(path, sound.picture())
    here = LocalOrigin("m", str(tmp_path))
    memory = MemoryOrigin("m", {"a.mp3": path.read_bytes()})
    there = inspect(pool, memory, "a.mp3").reading
    direct = read_original(FORMATS, here, sound.source_file(here, "a.mp3"))
    assert there is not None
    assert (there.tags, there.format) == (direct.tags, direct.format)
    cover = pool.extract(memory, sound.source_file(memory, "a.mp3"))
    assert cover is not None
    assert cover.data == sound.picture()


def test_a_source_that_stalls_is_asked_again_later(tmp_path: Path) -> None:
    clock, over = HandClock(), threading.Event()
    origin = EventfulOrigin(sound.write(tmp_path / "a.flac", 200_000).read_bytes(), "a.flac")

    def stall(read: int) -> None:
        if read == 2:
            clock.step = 0.1
            over.wait(60)

    origin.on_read = stall
    pool = InspectPool(1, FORMATS, patience=QUICK, clock=clock)
    try:
        found = inspect(pool, origin, "a.flac")
        over.set()
        assert found.again
        assert "its source gave less than" in found.problem
        origin.on_read = lambda _: None
        clock.step = 0
        assert inspect(pool, origin, "a.flac").reading is not None
    finally:
        pool.close()


def test_after_its_end_it_answers_that_it_is_stopping(music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "a.flac")
    pool = InspectPool(1, FORMATS)
    pool.close()
    assert inspect(pool, origin, "a.flac").again
    with pytest.raises(UnavailableError):
        pool.extract(origin, sound.source_file(origin, "a.flac"))


def test_where_no_worker_can_be_started_another_time_may_do(
    music: Path, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound.write(music / "a.flac")
    pool = InspectPool(2, FORMATS)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "executable", str(music / "no such program"))
            found = inspect(pool, origin, "a.flac")
        assert found.again
        assert "no worker can be started now" in found.problem
        assert inspect(pool, origin, "a.flac").reading is not None
    finally:
        pool.close()


def test_picture_that_inflates_is_bounded(bombs: Path, pool: InspectPool) -> None:
    origin = LocalOrigin("bombs", str(bombs))
    found = inspect(pool, origin, "cover.png", InspectionKind.FRONT)
    assert found.picture is not None or "cannot be decoded" in found.problem
