"""What an owner tells its gateway."""

from musfuse_grpc.settings import Settings


def test_settings_pass_on_one_line() -> None:
    settings = Settings("/lib\udce9\n", "/run/a.grpc", "/lib/tokens.db", "[::]:1", "/c", "/k", "/i", 7, 9)
    line = settings.to_line()
    assert line.count(b"\n") == 1
    assert Settings.from_line(line) == settings
