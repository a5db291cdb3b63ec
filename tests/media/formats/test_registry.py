"""Formats by container and by what files announce; modules that cannot be registered."""

import io

import pytest

from musfuse.errors import ConfigError
from musfuse.media.formats import BUILT_IN, FormatRegistry, default_formats

FORMATS = default_formats()


def test_formats_by_the_containers_of_their_streams() -> None:
    flac, mpeg = FORMATS.get("flac"), FORMATS.get("mpeg")
    assert flac is not None
    assert flac.name == "flac"
    assert FORMATS.get("mp3") is mpeg is not None
    assert FORMATS.get("") is None
    assert FORMATS.get("toy") is None


@pytest.mark.parametrize(
    ("front", "name", "start"),
    [
        (b"", "", 0), (b"no kind of file that is known", "", 0), (b"fLaC" + bytes(20), "flac", 0),
        (b"RIFF\0\0\0\0WAVE", "wav", 0), (b"RIFF\0\0\0\0AVI ", "", 0), (b"FORM\0\0\0\0AIFC", "aiff", 0), (b"FORM\0\0\0\0ILBM", "", 0),
        (b"\xff\xfb\x90\x64", "mpeg", 0), (b"\xff\xf1\x50\x80", "aac", 0), (b"\xff\x0b\x90\x64", "", 0), (b"\xff", "", 0),
        (b"ID3\4\0\0\0\0\0\x02..fLaC", "flac", 12), (b"ID3\4\0\0\0\0\0\x02..", "", 12), (b"\0\0\0\x20ftypM4A ", "mp4", 0),
    ],
)  # fmt: skip
def test_what_a_file_announces(front: bytes, name: str, start: int) -> None:
    known, at = FORMATS.sniff(io.BytesIO(front))
    assert (known.name, at) == (name, start)
    assert (known is FORMATS.unframed) == (not name)


def test_two_formats_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="two formats want the container 'toy'"):
        FormatRegistry((*BUILT_IN, "toyformat", "toyformat")).load()


def test_a_module_that_is_missing_or_has_no_formats_is_named() -> None:
    for module in ("no_such_module", "toy"):
        with pytest.raises(ConfigError, match=f"{module}: no format can be loaded"):
            FormatRegistry((module,)).load()


def test_nothing_is_loaded_before_a_format_is_asked_for() -> None:
    assert FormatRegistry(("no_such_module",)).modules == ("no_such_module",)


def test_what_kinds_of_audio_are_called() -> None:
    names = FormatRegistry((*BUILT_IN, "toyformat")).names
    assert names["m4a"] == {"mp4"}  # an extension
    assert names["opus"] == {"opus"}  # an extension of Ogg, but people mean the codec
    assert names["spx"] == {"speex"}
    assert names["monkeysaudio"] == {"ape"}
    assert (names["toysound"], names["plaything"]) == ({"toy"}, {"toy"})
    assert all(name == name.lower() for name in names)
