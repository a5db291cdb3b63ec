#!/usr/bin/env python3
"""Makes the databases of tests/library/exchange/samples/ with beets itself.

    python -m venv ENV && ENV/bin/pip install beets==1.6.0 mutagen && ENV/bin/python scripts/beets_samples.py FOLDER

and the same once more with 2.14.1.

The music lies in /srv/music while it runs: an absolute path that tells of no machine. It is made here, and removed.
`tests/library/exchange/beetsmusic.py` says what music that is, and what is set in beets.
"""

import shutil
import sys
from pathlib import Path

import beets
import beets.library

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/library/exchange"))
import beetsmusic

MUSIC = Path("/srv/music")


def main() -> None:
    """Write beets-VERSION.db into a folder."""
    out = Path(sys.argv[1]) / f"beets-{beets.__version__}.db"
    if MUSIC.exists():
        sys.exit(f"{MUSIC} is there already; it would be removed")
    try:
        beetsmusic.write(MUSIC)
        out.unlink(missing_ok=True)
        beetsmusic.fill(beets.library.Library(str(out), directory=str(MUSIC)))
    finally:
        shutil.rmtree(MUSIC, ignore_errors=True)
    print(out)


if __name__ == "__main__":
    main()
