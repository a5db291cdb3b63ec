"""What the tests of a gateway share. Where gRPC is not installed, `test_generated.py` alone says so; on Windows those
run that need no socket at a path.
"""

import sys
from pathlib import Path

try:
    import grpc
except ImportError:
    grpc = None

PORTABLE = ("channel", "failures", "feed", "lines", "messages", "settings")
collect_ignore: list[str] = []
if grpc is not None and sys.platform != "win32":
    from gateway.running import begin, gateway, network  # noqa: F401 - fixtures
else:
    kept = {f"test_{name}.py" for name in (PORTABLE if grpc is not None else ("generated",))}
    collect_ignore += [file.name for file in Path(__file__).parent.glob("test_*.py") if file.name not in kept]
