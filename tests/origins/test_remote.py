"""What sources on other machines have in common."""

import pytest

from musfuse.errors import ConfigError
from musfuse.origins import S3Scheme, SftpScheme, SourceSpec, remote
from musfuse.origins.traits import IndexWhen


@pytest.mark.parametrize(("scheme", "place"), [(S3Scheme(), "s3://music"), (SftpScheme(), "sftp://nas/music")])
def test_places_are_compared_by_their_uris(scheme: remote.RemoteScheme, place: str) -> None:
    scheme.check(place)  # where nobody answers, too
    assert scheme.same(place, scheme.locate(f"{place}/"))
    assert not scheme.same(place, f"{place}/a")
    assert scheme.overlap(place, f"{place}/a")
    assert scheme.overlap(f"{place}/a", place)
    assert not scheme.overlap(f"{place}/a", f"{place}/ab")
    assert scheme.inside(place, f"{place.upper().partition('/')[0]}{place[place.index('/') :]}/a/b") == "a/b"
    assert scheme.inside(f"{place}/a", f"{place}/ab") is None
    assert scheme.inside(place, f"{scheme.name}://") is None


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("500", 500), ("8M", 8 << 20), ("1g", 1 << 30), ("²", None), ("-1", None), ("1T", None)])  # fmt: skip
def test_amounts(text: str, count: int | None) -> None:
    assert remote.amount(text) == count


def test_what_is_meant_where_nothing_is_said() -> None:
    spec = SourceSpec("1", "s3", "s3://music")
    assert (remote.index_when(spec), remote.bandwidth(spec)) == (IndexWhen.LAZY, 0)


def test_a_package_that_is_not_there_is_named_with_its_extra() -> None:
    with pytest.raises(ConfigError, match=r"s3://music: needs the package no_such_one; `pip install 'musfuse\[s3\]'`"):
        remote.need("no_such_one", SourceSpec("1", "s3", "s3://music"))
    remote.need("json", SourceSpec("1", "s3", "s3://music"))
