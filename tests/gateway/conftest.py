"""What the tests of a gateway share. Where gRPC is not installed, `test_generated.py` alone says so."""

import sys

try:
    import grpc
except ImportError:
    grpc = None

collect_ignore_glob: list[str] = []
if grpc is not None and sys.platform != "win32":
    from gateway.running import begin, gateway, network  # noqa: F401 - fixtures
else:
    collect_ignore_glob += ["test_[!g]*.py", "test_gateway.py"]
