"""What the tests of HTTP share. They are skipped where the extra is not installed."""

from pathlib import Path

from musfuse_http.face import lacks

collect_ignore: list[str] = []
if lacks():
    collect_ignore += [file.name for file in Path(__file__).parent.rglob("test_*.py")]
else:
    from over_http.running import server  # noqa: F401 - a fixture
