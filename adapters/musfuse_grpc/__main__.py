"""The gateway's process: `python -m musfuse_grpc`, started by the owner of a library, which tells it what to serve."""

import sys

from musfuse_grpc.gateway import main

sys.exit(main())
