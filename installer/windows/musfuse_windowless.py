"""musfuse where there is no console, as at a logon: what it says is shown in a box, and only where it failed."""

import io
import sys

_SHOWN = 2000
"""Characters of the end of what was said."""
_ERROR, _FOREGROUND = 0x10, 0x10000


def run() -> tuple[int, str]:
    """Run the program with this process's arguments: its exit code, and what it said."""
    said = io.StringIO()
    sys.stdout = sys.stderr = said
    try:
        from musfuse.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:  # such as a file that somebody removed: nobody else would tell
        code = 1
        said.write(f"{type(error).__name__}: {error}; installing musfuse anew may mend that")
    return code, said.getvalue().strip()


def main() -> None:
    """Run the program, and show what it said where it failed."""
    code, said = run()
    if code:
        show(said[-_SHOWN:] or f"musfuse ended with {code}, and did not say why.")
    sys.exit(code)


def show(text: str) -> None:
    """Show a text in a box, until somebody closes it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, text, "musfuse", _ERROR | _FOREGROUND)


if __name__ == "__main__":
    main()
