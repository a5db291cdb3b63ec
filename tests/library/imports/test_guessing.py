"""Where another machine's music lies here: guessed where it is certain, and doubted where it is not."""

from collections.abc import Collection, Iterable

from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.imports.guessing import SAMPLES, Finder, Guess, Sample, guess
from musfuse.library.imports.places import Mapping


def over(*files: str) -> Finder:
    def find(names: Collection[str]) -> Iterable[tuple[str, str]]:
        split = (file.rpartition("/") for file in files)
        return [(name, folder) for folder, _, name in split if name in names]

    return find


def test_what_the_paths_share_at_their_ends_stays() -> None:
    here = over("/srv/music/Ann/Best/1.mp3", "/srv/music/Ann/Best/2.mp3", "/srv/music/Bob/1.mp3")
    there = ["/home/ann/Files/Ann/Best/1.mp3", "/home/ann/Files/Ann/Best/2.mp3", "/home/ann/Files/Bob/1.mp3"]
    assert guess(there, here) == Guess((Mapping("/home/ann/Files", "/srv/music", guessed=True),))
    assert guess(["C:/Musik/ann/best/1.mp3", "C:/Musik/Bob/1.mp3"], here).mappings == (
        Mapping("C:/Musik", "/srv/music", guessed=True),
    )


def test_relative_paths_begin_somewhere() -> None:
    here = over("/srv/deep/Ann/1.mp3", "/srv/deep/Bob/2.mp3")
    assert guess(["Ann/1.mp3", "Bob/2.mp3"], here).mappings == (Mapping("", "/srv/deep", guessed=True),)


def test_two_places_that_would_do_are_told_and_none_is_taken() -> None:
    here = over("/a/Ann/1.mp3", "/b/Ann/1.mp3", "/a/Ann/2.mp3", "/b/Ann/2.mp3")
    assert guess(["/x/Ann/1.mp3", "/x/Ann/2.mp3"], here) == Guess((), (("/x", ("/a", "/b")),))


def test_files_that_lie_there_tell_nothing() -> None:
    assert guess(["/a/Ann/1.mp3", "/a/Ann/2.mp3"], over("/a/Ann/1.mp3", "/a/Ann/2.mp3")) == Guess()


def test_of_a_uri_the_host_stays() -> None:
    here = over("sftp://main/Ann/1.mp3", "sftp://main/Ann/2.mp3")
    assert guess(["/mnt/main/Ann/1.mp3", "/mnt/main/Ann/2.mp3"], here).mappings == (
        Mapping("/mnt/main", "sftp://main", guessed=True),
    )


def test_a_name_alone_tells_nothing() -> None:
    assert guess(["/x/Ann/Intro.mp3"], over("/srv/Bob/Intro.mp3")) == Guess()
    assert guess([], over()) == Guess()


def test_files_of_one_folder_tell_by_their_number() -> None:
    names = [f"{n}.mp3" for n in range(4)]
    found = guess([f"/x/{name}" for name in names], over(*(f"/srv/flat/{name}" for name in names)))
    assert found.mappings == (Mapping("/x", "/srv/flat", guessed=True),)


def test_composed_and_decomposed_names_are_the_same() -> None:
    here = over("/srv/Bj\u00f6rk/D\u00e9but.mp3")
    assert guess(["/x/Bjo\u0308rk/De\u0301but.mp3"], here).mappings == (Mapping("/x", "/srv", guessed=True),)


@given(st.integers(0, 5000))
def test_a_sample_is_bounded_and_reaches_to_the_end(count: int) -> None:
    sample = Sample(50)
    for number in range(count):
        sample.add(str(number))
    kept = [int(path) for path in sample.paths]
    assert len(kept) < 100
    assert kept == sorted(set(kept))
    assert count == 0 or (kept[0] == 0 and count - kept[-1] <= max(1, count // 20))
    assert SAMPLES < 1000
