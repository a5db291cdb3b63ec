"""Where originals lie: shares of other machines, as a program that is typed sees them."""

import pytest
import sound

from windows.wine import Windows

pytestmark = pytest.mark.timeout(900)


def test_a_share_that_comes_and_goes(windows: Windows) -> None:
    with windows.share("nas", "music") as share:
        sound.write(share / "a.wav", title="One", artist="Ann", album="First")
        for spelled in ("\\\\nas\\music", "//NAS/Music/"):
            scanned = windows.musfuse("scan", spelled)
            assert scanned.code == 0, scanned.output
        (source,) = windows.musfuse("source", "list", "--json").value
        assert source["location"] == "\\\\nas\\music\\"
        indexed = windows.musfuse("index", "--wait")  # by a process of its own, which is told where the original lies
        assert "1 indexed, 0 failed" in indexed.output
        share.rename(share.with_name("away"))
        scanned = windows.musfuse("scan")
        assert scanned.code == 1, scanned.output
        assert "not scanned: \\\\nas\\music\\: no such file or folder" in scanned.output
        assert "One.flac" in windows.musfuse("ls", "Ann\\First").output
        share.with_name("away").rename(share)
        assert windows.musfuse("scan").code == 0
