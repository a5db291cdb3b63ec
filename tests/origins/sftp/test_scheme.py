"""`sftp://` as a kind of source."""

import subprocess
import sys

import pytest

from musfuse.errors import ConfigError
from musfuse.origins import OpenContext, SftpScheme, SourceSpec, default_registry
from musfuse.origins.registry import checked_options

SCHEME = SftpScheme()


def test_it_is_known() -> None:
    assert default_registry().locate("sftp://NAS/a") == ("sftp", "sftp://nas/a")
    assert SCHEME.overlap("sftp://nas/a", "sftp://nas/a/b")
    assert not SCHEME.overlap("sftp://nas/a", "sftp://nas/b")
    assert SCHEME.inside("sftp://nas/a%20b", "sftp://nas/a b/c") == "c"
    assert SCHEME.inside("sftp://nas/a", "/a/c") is None
    assert SCHEME.inside("sftp://nas/a", "sftp://nas") is None
    assert SCHEME.shown("sftp://nas/B%C3%BCro%20x%25") == "sftp://nas/Büro x%25"


def test_its_options() -> None:
    options = {"index": "never", "bandwidth": "8M", "key": "~/.ssh/nas", "known_hosts": "/x"}
    assert checked_options(SCHEME, options) == (options, {})
    for wrong, said in (
        ({"index": "now"}, "one of eager, lazy, never"), ({"bandwidth": "fast"}, "bytes a second"), ({"key": "nas"}, "whole path"),
        ({"password": "hunter2"}, "a secret is named"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=said) as caught:
            checked_options(SCHEME, wrong)
        assert "hunter2" not in str(caught.value)


def test_without_asyncssh_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    with pytest.raises(ConfigError, match=r"sftp://nas/a: needs the package asyncssh; `pip install 'musfuse\[sftp\]'`"):
        SCHEME.open(SourceSpec("1", "sftp", "sftp://nas/a"), OpenContext())


def test_nothing_of_it_is_loaded_where_no_source_is_there() -> None:
    script = """
import sys
import musfuse.app.library, musfuse.app.host
from musfuse.origins import default_registry
default_registry().shown("sftp", "sftp://nas/a")
loaded = {"asyncssh", "cryptography", "asyncio", "obstore"} & set(sys.modules)
sys.exit(", ".join(sorted(loaded)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
