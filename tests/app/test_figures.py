"""What a host tells of its library in figures, with counting and without."""

from pathlib import Path

import sound
from monitoring.conftest import Watch, watch  # noqa: F401 - a fixture
from prometheus_client.parser import text_string_to_metric_families

from musfuse.app.host import Host
from musfuse.service.requests.monitoring import ShowFigures


def figures(host: Host) -> dict[tuple[str, ...], float]:
    text = host._service().call(ShowFigures()).text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_sources_that_come_and_go_are_told(watch: Watch, music: Path) -> None:
    host = watch(metrics__record=True)
    (source,) = host.library.sources.rows()
    first = figures(host)
    assert first["musfuse_origin_health", source.uid] == 1
    assert first["musfuse_origin_info", source.uid, str(music)] == 1
    assert first["musfuse_sync_files_changed", source.uid] == 2
    away = music.rename(music.with_name("away"))
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)
    assert figures(host)["musfuse_origin_health", source.uid] == 0
    away.rename(music)
    sound.write(music / "3.wav", artist="Ann", album="Lib", title="T3", seed=3)
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)
    last = figures(host)
    assert last["musfuse_origin_health", source.uid] == 1
    assert last["musfuse_files",] == 3


def test_runs_in_memory_are_counted(watch: Watch, music: Path) -> None:
    sound.write(music / "long.wav", 600_000, artist="Ann", album="Lib", title="Long")
    host = watch(metrics__record=True, cache__transcoded=0)
    drive = host.library.drive
    for _ in range(2):
        opened = drive.open("Ann/Lib/Long.flac")
        for offset in range(0, opened.size, 16_384):
            drive.read_at(opened.handle, offset, 16_384)
        drive.close(opened.handle)
    found = figures(host)
    assert found["musfuse_cache_hits_total",] > 0
    assert found["musfuse_cache_chunks_total",] > 0
    assert found["musfuse_cache_size_bytes",] > 0
    assert found["musfuse_open_files",] == 0


def test_without_counting_there_are_still_figures(watch: Watch) -> None:
    found = figures(watch())
    assert found["musfuse_files",] == 2
    assert ("musfuse_fuse_ops_total", "read") not in found


def test_another_program_s_names_stand_beside_ours(watch: Watch) -> None:
    found = figures(watch(metrics__record=True, metrics__compat="musicfs"))
    assert found["musicfs_fuse_ops_total", "read"] == found["musfuse_fuse_ops_total", "read"]
    assert "musicfs_uptime_seconds" in {name for name, *_ in found}
