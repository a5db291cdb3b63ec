"""`s3://` as a kind of source."""

import sys

import pytest

from musfuse.errors import ConfigError
from musfuse.origins import OpenContext, S3Scheme, SourceSpec, default_registry
from musfuse.origins.registry import checked_options

SCHEME = S3Scheme()


def test_it_is_known() -> None:
    assert default_registry().locate("s3://music/a/") == ("s3", "s3://music/a")
    assert SCHEME.overlap("s3://music", "s3://music/a")
    assert not SCHEME.overlap("s3://music/a", "s3://music/b")
    assert SCHEME.inside("s3://music/a%20b", "s3://music/a b/c") == "c"
    assert SCHEME.inside("s3://music", "/a") is None
    assert SCHEME.inside("s3://music", "s3://") is None


def test_its_options() -> None:
    options = {"endpoint": "https://minio.lan:9000", "region": "eu-west-1", "path_style": "true", "index": "eager"}
    assert checked_options(SCHEME, options) == (options, {})
    for wrong in ("minio.lan", "ftp://x", "https://ann:hunter2@x", "https://", "https://x:y", "https://x/?a"):
        with pytest.raises(ConfigError, match="is wanted"):
            checked_options(SCHEME, {"endpoint": wrong})
    with pytest.raises(ConfigError, match="a secret is named") as caught:
        checked_options(SCHEME, {"secret_key": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_keys_are_not_sent_where_others_can_read_them() -> None:
    def opened(**options: str) -> None:
        SCHEME.open(SourceSpec("1", "s3", "s3://music", options=options), OpenContext()).close()

    with pytest.raises(ConfigError, match=r"http://nas:9000 would have keys sent .* allow_plaintext=true"):
        opened(endpoint="http://nas:9000")
    pytest.importorskip("obstore", reason="the extra musfuse[s3] is not installed")
    opened(endpoint="https://nas:9000")
    opened(endpoint="http://nas:9000", anonymous="true")
    opened(endpoint="http://nas:9000", allow_plaintext="true")


def test_without_obstore_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ConfigError, match=r"s3://music: needs the package obstore; `pip install 'musfuse\[s3\]'`"):
        SCHEME.open(SourceSpec("1", "s3", "s3://music"), OpenContext())
