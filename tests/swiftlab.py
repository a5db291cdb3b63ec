"""OpenStack's Swift with its S3 face, on the loopback interface, of this user's."""

import getpass
import subprocess
from pathlib import Path

from sshd import free_port

_SERVER = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/rings
devices = {folder}/dev
mount_check = false
log_level = WARNING
recon_cache_path = {folder}/run
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
allow_versions = true
"""
_PROXY = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/rings
log_level = WARNING
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcache}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin .reseller_admin
[filter:slo]
use = egg:swift#slo
"""
_SWIFT = "[swift-hash]\nswift_hash_path_suffix = x\nswift_hash_path_prefix = y\n[storage-policy:0]\nname = gold\ndefault = yes\n"
_RINGS = """\
import sys
from swift.common.ring import RingBuilder
for word in sys.argv[2:]:
    kind, port = word.split(":")
    ring = RingBuilder(4, 1, 1)
    ring.add_dev(dict(id=0, region=1, zone=1, ip="127.0.0.1", port=int(port), device="d1", weight=1, meta="",
                      replication_ip="127.0.0.1", replication_port=int(port)))
    ring.rebalance()
    ring.get_ring().save(f"{sys.argv[1]}/{kind}.ring.gz")
"""
_KINDS = ("object", "container", "account")


def configure(folder: Path, port: int) -> tuple[list[list[str]], dict[str, str]]:
    """The commands of its servers, the one that listens at `port` last, and what is to stand in their environment."""
    for name in ("rings", "dev/d1", "run"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    values = {"user": getpass.getuser(), "folder": folder}
    ports = {kind: free_port() for kind in _KINDS}
    memcache = free_port()
    (folder / "swift.conf").write_text(_SWIFT)
    env = {"SWIFT_CONF_FILE": str(folder / "swift.conf")}
    for kind in _KINDS:
        (folder / f"{kind}.conf").write_text(_SERVER.format(kind=kind, port=ports[kind], **values))
    (folder / "proxy.conf").write_text(_PROXY.format(port=port, memcache=memcache, **values))
    rings = [f"{kind}:{ports[kind]}" for kind in _KINDS]
    subprocess.run(["/usr/bin/python3", "-c", _RINGS, folder / "rings", *rings], check=True, capture_output=True)
    commands = [["memcached", "-u", getpass.getuser(), "-l", "127.0.0.1", "-p", str(memcache), "-m", "16"]]
    return [*commands, *([f"swift-{kind}-server", str(folder / f"{kind}.conf")] for kind in (*_KINDS, "proxy"))], env
