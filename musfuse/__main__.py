"""`python -m musfuse` is the same program as `musfuse`."""

from musfuse.cli import main

if __name__ == "__main__":
    main()
