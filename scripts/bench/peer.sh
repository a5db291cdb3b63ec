#!/usr/bin/env bash
# The side-by-side benchmark against ffmpegfs (from Debian: apt-get install ffmpegfs), which lies beside the project.
#   scripts/bench/peer.sh settled|first-touch [OPTIONS of transcode_vs_peer.py]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bench=${BENCH:-$here/../shared/bench/transcode_vs_peer.py}
python=${PYTHON:-$here/.venv/bin/python}
how=${1:-settled}
shift || true
musfuse="$python -m musfuse"
settle=()
if [ "$how" = settled ]; then settle=(--settle "$musfuse index --wait --library {state}"); fi
exec "$python" "$bench" --drive "$musfuse mount --foreground --library {state} {src} {mnt}" \
  --peer 'ffmpegfs {src} {mnt} -f -o cachepath={state},desttype=FLAC' "${settle[@]}" "$@"
