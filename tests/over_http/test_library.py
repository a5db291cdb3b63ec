"""The library over HTTP for who administers it: sources, scans, jobs, options."""

from pathlib import Path

import sound

from over_http.running import SECONDS, Server


def test_a_source_comes_and_goes(server: Server, tmp_path: Path) -> None:
    more = tmp_path / "more"
    sound.write(more / "x.flac", artist="Late", album="Come", title="X")
    added = server.ask("POST", "/api/v1/sources", {"place": str(more)}, who="ann")
    assert (added.status, added.json["added"]) == (201, [str(more)])
    job = server.ask("POST", "/api/v1/scans", {}, who="ann")
    assert job.status == 202
    server.host.jobs.runner.wait(job.json["job"], SECONDS)
    assert server.get(f"/api/v1/jobs/{job.json['job']}", "ann").json["state"] == "done"
    assert server.get("/api/v1/jobs?kind=scan&limit=1", "ann").json["jobs"][0]["kind"] == "scan"
    assert "Late" in [one["name"] for one in server.get("/api/v1/artists", "bob").json["artists"]]
    (source,) = [one for one in server.get("/api/v1/sources", "ann").json["sources"] if one["location"] == str(more)]
    changed = server.ask("PATCH", f"/api/v1/sources/{source['id']}", {"assignments": ["name=late"]}, who="ann")
    assert changed.json["changes"] == [{"key": "name", "before": "", "after": "late"}]
    assert server.get(f"/api/v1/sources/{source['id']}", "ann").json["tracks"] == 1
    server.ask("PATCH", f"/api/v1/users/{server.users['eve']}", {"sources": [source["id"]]}, who="ann")
    assert [one["title"] for one in server.get("/api/v1/tracks", "eve").json["tracks"]] == ["X"]
    server.ask("PATCH", f"/api/v1/users/{server.users['eve']}", {"sources": []}, who="ann")
    assert server.ask("DELETE", f"/api/v1/sources/{source['id']}", who="ann").json["tracks"] == 1
    assert server.get("/api/v1/sources?removed=true", "ann").json["sources"][0]["id"] == source["id"]
    assert server.ask("POST", f"/api/v1/sources/{source['id']}/restore", who="ann").status == 200
    server.ask("DELETE", f"/api/v1/sources/{source['id']}", who="ann")
    refused = server.ask("POST", "/api/v1/sources", {"place": str(tmp_path / "none")}, who="ann")
    assert (refused.status, str(tmp_path / "none") in refused.json["error"]["message"]) == (400, True)


def test_options_are_told_and_changed(server: Server) -> None:
    told = {one["name"]: one for one in server.get("/api/v1/settings", "ann").json["settings"]}
    assert told["http.listen"]["default"] == "127.0.0.1:4533"
    set_ = server.ask("PUT", "/api/v1/settings/identity.lossy", {"value": "never"}, who="ann")
    assert (set_.status, set_.json["effect"]) in [(200, "now"), (400, "now")] or set_.status == 400
    done = server.ask("PUT", "/api/v1/settings/backup.keep", {"value": "5"}, who="ann")
    assert (done.status, done.json["value"], done.json["effect"]) == (200, "5", "now")
    told = {one["name"]: one for one in server.get("/api/v1/settings", "ann").json["settings"]}
    assert told["backup.keep"]["value"] == 5
    assert server.ask("PUT", "/api/v1/settings/backup.keep", {"value": "x"}, who="ann").status == 400


def test_what_is_not_shown(server: Server) -> None:
    (server.music / "broken.flac").write_bytes(b"fLaC")
    job = server.ask("POST", "/api/v1/scans", {"places": [str(server.music)]}, who="ann").json["job"]
    server.host.jobs.runner.wait(job, SECONDS)
    lines = server.get("/api/v1/report?limit=100", "ann").json["lines"]
    assert any("broken.flac" in line["path"] for line in lines)
    assert server.get("/api/v1/status", "ann").json["library"] == str(server.state)
