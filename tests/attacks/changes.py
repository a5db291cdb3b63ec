"""Originals that change under readers: every handle reads one version, whole, or an error."""

import errno
import os
import random
import threading
from collections import Counter
from pathlib import Path

import sound
from mount.conftest import Program

READERS, FILES = 6, 6
KINDS = ("replaced", "replaced, mtime kept", "rewritten", "rewritten, mtime kept", "longer", "shorter", "gone and back")


class Originals:
    """Files and every content that each of them ever had."""

    def __init__(self, music: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.music = music
        self.versions: dict[str, list[bytes]] = {}
        for number in range(FILES):
            path = sound.write(music / f"{number}.mp3", 300_000, seed=number, artist="A", album="B", title=f"{number}")
            self.versions[path.name] = [path.read_bytes()]

    def change(self, kind: str) -> None:
        name = self.rng.choice(sorted(self.versions))
        path, old = self.music / name, self.versions[name][-1]
        new = bytearray(old)
        start = self.rng.randrange(len(old) // 3, 2 * len(old) // 3)
        piece = self.rng.randbytes(30_000)  # the first and last frames stay, so that it remains an MP3
        new[start : start + len(piece)] = piece
        if kind == "longer":
            new[start:start] = self.rng.randbytes(20_000)
        elif kind == "shorter":
            del new[start : start + 20_000]
        self.versions[name].append(bytes(new))
        facts = path.stat()
        if kind.startswith("rewritten"):
            with path.open("r+b", buffering=0) as out:
                out.write(new[: len(old)])
        else:
            if kind == "gone and back":
                path.unlink()
            aside = self.music.parent / "new"
            aside.write_bytes(new)
            if kind.endswith("kept"):
                os.utime(aside, ns=(facts.st_atime_ns, facts.st_mtime_ns))
            aside.replace(path)
        if kind == "rewritten, mtime kept":
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def whole_read(descriptor: int, size: int, offset: int) -> bytes:
    """What one read asks for, up to the end of the file. The kernel ends a read early where a page behind its first
    ones cannot be had, and says why when that is asked for."""
    data = b""
    while len(data) < size:
        more = os.pread(descriptor, size - len(data), offset + len(data))
        if not more:
            break
        data += more
    return data


def read_one(path: Path, versions: list[bytes], rng: random.Random, counts: Counter[str]) -> None:
    """One handle, read at random places; everything it gives is of one version."""
    try:
        with path.open("rb", buffering=0) as handle:
            seen: list[tuple[int, int, bytes]] = []
            for _ in range(rng.choice((4, 20, 100))):
                offset, size = rng.randrange(400_000), rng.choice((100, 5_000, 70_000))
                data = whole_read(handle.fileno(), size, offset)
                seen.append((offset, size, data))
                counts["reads"] += 1
            fits = [v for v in list(versions) if all(v[o : o + s] == data for o, s, data in seen)]
            assert fits, f"{path.name}: a mixture of versions, or none of them"
    except OSError as error:
        assert error.errno in (errno.EIO, errno.ENOENT, errno.EAGAIN, errno.ESTALE), error
        counts["errors"] += 1


def attack(folder: Path, changes: int, seed: int) -> Counter[str]:
    """Change originals while readers read; counts by kind of change, reads and errors."""
    music = folder / "music"
    originals = Originals(music, seed)
    program = Program(folder, music)
    program.mount()
    program.wait_for_scan()
    counts: Counter[str] = Counter()
    failures: list[BaseException] = []
    stop = threading.Event()

    def reader(number: int) -> None:
        rng = random.Random(seed + number)
        while not stop.is_set():
            name = rng.choice(sorted(originals.versions))
            try:
                (path,) = program.mnt.glob(f"A/B/*{Path(name).stem}.mp3")
                read_one(path, originals.versions[name], rng, counts)
            except (ValueError, OSError):  # not there just now
                counts["not there"] += 1
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=reader, args=(n,)) for n in range(1, READERS + 1)]
    for thread in threads:
        thread.start()
    try:
        for number in range(changes):
            kind = KINDS[number % len(KINDS)]
            originals.change(kind)
            counts[kind] += 1
            before = counts["reads"]
            while counts["reads"] < before + 10 * READERS and not failures:
                stop.wait(0.02)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    try:
        assert not failures, failures
        program.run("scan", "--library", program.library)
        for name, versions in originals.versions.items():
            (path,) = program.mnt.glob(f"A/B/*{Path(name).stem}.mp3")
            assert path.read_bytes() == versions[-1], name
        assert "Traceback" not in program.log()
    finally:
        program.unmount("--force")
    return counts
