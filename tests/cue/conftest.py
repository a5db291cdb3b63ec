"""Images with sheets, on a drive."""

from drive.conftest import make_library  # noqa: F401 - a fixture
