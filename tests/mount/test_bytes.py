"""What the kernel gets: exact sizes from the first stat, the same bytes every time, for every tool."""

import filecmp
import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import sound
from tests_support import needs_program

from mount.conftest import Program

TAGS = {"artist": "Ann", "album": "Best", "date": "1999"}


def small_library(music: Path) -> dict[str, Path]:
    """Title to original."""
    return {
        "Wave": sound.write(music / "1.wav", 300_000, **TAGS, title="Wave", tracknumber="1"),
        "Aiff": sound.write(music / "2.aiff", 200_000, 1, 24, 96_000, **TAGS, title="Aiff", tracknumber="2"),
        "Flac": sound.write(music / "3.flac", 200_000, **TAGS, title="Flac", tracknumber="3"),
        "Mpeg": sound.write(music / "4.mp3", 200_000, **TAGS, title="Mpeg", tracknumber="4"),
        "Six": sound.write(music / "5.w64", 100_000, 6, 24, 48_000),
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_sizes_bytes_tags_and_audio(program: Program, music: Path, tmp_path: Path) -> None:
    originals = small_library(music)
    before = {path: digest(path) for path in originals.values()}
    program.mount()
    program.wait_for_scan()
    album = program.mnt / "Ann" / "Best (1999)"
    names = ["01 - Wave.flac", "02 - Aiff.flac", "03 - Flac.flac", "04 - Mpeg.mp3"]
    assert sorted(os.listdir(album)) == names
    seen: dict[str, tuple[int, str, int]] = {}
    for name in names:
        first = (album / name).stat()
        data = (album / name).read_bytes()
        assert first.st_size == len(data)
        original = originals[name.split(" - ")[1].split(".")[0]]
        assert first.st_mtime_ns == original.stat().st_mtime_ns
        seen[name] = (first.st_size, hashlib.sha256(data).hexdigest(), first.st_ino)
        if name.endswith(".flac"):
            copy = tmp_path / name
            shutil.copyfile(album / name, copy)
            sound.flac_test(copy)
            assert sound.ffmpeg_md5(copy) == sound.ffmpeg_md5(original)
            listed = subprocess.run(["metaflac", "--list", copy], capture_output=True, text=True, check=True).stdout
            assert "ARTIST=Ann".lower() in listed.lower()
    assert seen["03 - Flac.flac"][1] == digest(originals["Flac"])
    assert seen["04 - Mpeg.mp3"][1] == digest(originals["Mpeg"])
    six = next(program.mnt.rglob("*5.flac"))
    sound.flac_test(six)
    assert sound.ffmpeg_md5(six) == sound.ffmpeg_md5(originals["Six"])
    program.unmount()
    program.mount()
    again = {n: ((album / n).stat().st_size, digest(album / n), (album / n).stat().st_ino) for n in names}
    assert again == seen
    assert before == {path: digest(path) for path in originals.values()}


def test_rsync_copies_an_album_whose_pictures_are_cut_short(program: Program, music: Path, tmp_path: Path) -> None:
    whole = sound.picture(400, "BMP")
    (music / "cover.bmp").write_bytes(whole[:-5000])
    (music / "folder.bmp").write_bytes(whole)
    for name in ("1.flac", "2.wav", "3.mp3"):
        sound.write(music / name, artist="A", album="B", title=name[0])
        if name != "1.flac":
            sound.add_picture(music / name, whole[:-5000], "image/bmp")
    program.mount()
    program.settle()
    subprocess.run([needs_program("rsync"), "-a", f"{program.mnt}/", f"{tmp_path / 'copy'}/"], check=True)
    assert sorted(p.name for p in (tmp_path / "copy/A/B").iterdir()) == [
        "1.flac", "2.flac", "3.mp3", "cover.jpg", "cover_medium.jpg", "cover_thumb.jpg",
    ]  # fmt: skip
    said = program.ask("report", "--json", "--library", program.library).stdout
    assert said.count("cut short") == 3, said


def test_cp_and_rsync(program: Program, music: Path, tmp_path: Path) -> None:
    small_library(music)
    program.mount()
    program.wait_for_scan()
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", program.mnt, copy], check=True)
    for file in program.files():
        assert filecmp.cmp(file, copy / file.relative_to(program.mnt), shallow=False)
    target = tmp_path / "player"
    for round_, expected in ((1, 5), (2, 0)):
        said = subprocess.run(
            ["rsync", "-a", "--checksum", "--out-format=%n", f"{program.mnt}/", f"{target}/"],
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()  # fmt: skip
        assert sum(not line.endswith("/") for line in said) == expected, (round_, said)


def test_sixteen_processes_agree(program: Program, music: Path) -> None:
    sound.write(music / "1.wav", 900_000, **TAGS, title="Wave")
    program.mount()
    program.wait_for_scan()
    (path,) = program.files()
    script = "import hashlib,sys; print(hashlib.sha256(open(sys.argv[1],'rb').read()).hexdigest())"
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(16)
    ]
    answers = {process.communicate(timeout=60)[0] for process in running}
    assert len(answers) == 1
    assert digest(path) in answers.pop()


def test_random_reads_through_the_kernel(program: Program, music: Path) -> None:
    sound.write(music / "1.wav", 900_000, **TAGS, title="Wave")
    program.mount()
    program.wait_for_scan()
    (path,) = program.files()
    whole = path.read_bytes()
    program.unmount()
    program.mount()
    rng = random.Random(1)
    with path.open("rb", buffering=0) as handle:
        for _ in range(300):
            offset, size = rng.randrange(len(whole) + 10), rng.choice((1, 512, 4096, 70_000, 200_000))
            assert os.pread(handle.fileno(), size, offset) == whole[offset : offset + size]


def test_a_thousand_open_handles(program: Program, music: Path) -> None:
    for n in range(50):
        sound.write(music / f"{n:02}.wav", 20_000, title=f"T{n}")
    program.mount()
    program.settle()
    files = program.files()
    assert len(files) == 50
    whole = {path: path.read_bytes() for path in files}
    handles = [(path, os.open(path, os.O_RDONLY)) for path in files * 20]
    try:
        assert program.status()[0]["open_files"] >= 1000
        for n, (path, handle) in enumerate(handles):
            offset = n * 37 % len(whole[path])
            assert os.pread(handle, 1000, offset) == whole[path][offset : offset + 1000]
    finally:
        for _, handle in handles:
            os.close(handle)


def test_the_wav_and_original_policies(program: Program, music: Path) -> None:
    originals = small_library(music)
    program.mount("--policy", "wav")
    program.settle()
    for path in program.files():
        assert path.stat().st_size == len(path.read_bytes())
    assert sound.ffmpeg_md5(next(program.mnt.rglob("*Aiff.wav"))) == sound.ffmpeg_md5(originals["Aiff"])
    program.unmount()
    program.mount("--policy", "original")
    program.wait_for_scan()
    assert {digest(p) for p in program.files()} == {digest(p) for p in originals.values()}


def test_every_write_is_refused(program: Program, music: Path) -> None:
    import errno

    import pytest

    small_library(music)
    program.mount()
    program.wait_for_scan()
    path = next(program.mnt.rglob("*Wave.flac"))
    attempts = {
        "write": lambda: os.open(path, os.O_WRONLY),
        "append": lambda: os.open(path, os.O_RDWR | os.O_APPEND),
        "truncate on open": lambda: os.open(path, os.O_WRONLY | os.O_TRUNC),
        "create": lambda: os.open(path.parent / "new", os.O_WRONLY | os.O_CREAT),
        "truncate": lambda: os.truncate(path, 0),
        "unlink": lambda: os.unlink(path),
        "rename": lambda: os.rename(path, path.parent / "x"),
        "mkdir": lambda: os.mkdir(path.parent / "d"),
        "rmdir": lambda: os.rmdir(path.parent),
        "chmod": lambda: os.chmod(path, 0o600),
        "chown": lambda: os.chown(path, 1, 1),
        "utime": lambda: os.utime(path, (1, 1)),
        "symlink": lambda: os.symlink("a", path.parent / "s"),
        "link": lambda: os.link(path, path.parent / "l"),
        "setxattr": lambda: os.setxattr(path, b"user.x", b"1"),
        "mknod": lambda: os.mknod(path.parent / "n"),
    }
    for what, attempt in attempts.items():
        with pytest.raises(OSError) as caught:
            attempt()
        assert caught.value.errno == errno.EROFS, what
    sound.flac_test(path)


def test_the_corpus_on_the_drive(program: Program, corpus: Path) -> None:
    """Everything that is shown reads to its last byte at the size of its first stat; nothing crashes or hangs."""
    program.music = corpus / "dev"
    program.mount()
    program.settle()
    files = program.files()
    assert len(files) > 230
    for path in files:
        size = path.stat().st_size
        assert len(path.read_bytes()) == size, path
    reported = {
        row["path"]
        for row in __import__("json").loads(program.ask("report", "--json", "--library", program.library).stdout)
    }
    from conftest import manifest

    for row in manifest():
        if row["format"] in ("flac", "wav", "aiff") and row["note"].startswith(("malformed", "undecodable")):
            assert str(corpus / row["path"]) in reported or row["path"].endswith("rifx.wav"), row["path"]
