"""Searches, asked for here, of the owner, and of another process's owner: the same answers."""

import pytest

from musfuse.control.client import RemoteError
from musfuse.errors import ConfigError, MusfuseError
from musfuse.service.port import Service
from musfuse.service.requests.search import SearchMusic
from service.test_library import library, service

__all__ = ["library", "service"]


def test_the_same_answer_wherever_it_is_found(service: Service) -> None:
    answer = service.call(SearchMusic("t1"))
    assert (answer.total_matches, answer.counted) == (1, True)
    (row,) = answer.results
    assert (row.title, row.artist, row.album, row.year, row.part) == ("T1", "A", "B", "", 0)
    assert row.path == "A/B/T1.flac"
    assert row.source.endswith("music/1.flac")
    assert row.highlights == {"title": "<b>T1</b>"}
    assert row.duration_ns
    assert row.score == 1.0


def test_pages_and_orders(service: Service) -> None:
    assert [row.title for row in service.call(SearchMusic("t", sort="-title")).results] == ["T2", "T1"]
    answer = service.call(SearchMusic("t", limit=1, offset=1, sort="title"))
    assert ([row.title for row in answer.results], answer.total_matches) == (["T2"], 2)
    assert service.call(SearchMusic("nothing")).results == ()


def test_what_is_wrong_is_a_mistake(service: Service) -> None:
    for wrong in (
        SearchMusic(""), SearchMusic("x" * 257), SearchMusic("x", limit=0), SearchMusic("x", limit=10_001), SearchMusic("x", offset=-1),
        SearchMusic("x", view="none"), SearchMusic("artst:x"), SearchMusic("x", sort="rating"), SearchMusic("(x"),
    ):  # fmt: skip
        with pytest.raises((ConfigError, RemoteError)) as error:
            service.call(wrong)
        assert isinstance(error.value, MusfuseError)
        assert error.value.exit_code == ConfigError.exit_code
