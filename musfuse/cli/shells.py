"""Completion in shells, over click's: each shell's script asks the program with `_MUSFUSE_COMPLETE` set.

The program answers with a line a candidate: kind, value and help, with tabs between. Kinds are plain, path (the value
is a path or a name on the drive), file and dir (the shell finds files or folders itself).
"""

import os
from importlib import resources
from typing import TYPE_CHECKING, Any

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

from musfuse.cli.completing import files_like

if TYPE_CHECKING:
    Items = list[CompletionItem[Any]]


def script(shell: str) -> str:
    """The script that teaches a shell."""
    return resources.files("musfuse.cli").joinpath(f"completion.{shell}").read_text("utf-8")


_NATIVE = ("file", "dir")


class _Shell(ShellComplete):
    mixes = True
    """Whether its script can offer files that it finds itself beside other candidates."""

    def source(self) -> str:
        """The script that teaches the shell."""
        return script(self.name)

    def get_completions(self, args: list[str], incomplete: str) -> "Items":
        """Candidates for the word that was begun."""
        items = super().get_completions(args, incomplete)
        if incomplete.startswith("--") and "=" in incomplete:  # click looks behind the sign; shells replace all of it
            option = incomplete[: incomplete.index("=") + 1]
            items = [
                item if item.type in _NATIVE else CompletionItem(option + item.value, item.type, item.help)
                for item in items
            ]
        native = [item for item in items if item.type in _NATIVE]
        if self.mixes or len(native) == len(items):
            return items
        made = [
            CompletionItem(path, "path")
            for item in native
            for path in files_like(item.value, item.type == "dir")
            if path.isprintable()
        ]
        others = [item for item in items if item not in native]
        known = {item.value for item in others}
        return [*others, *(item for item in made if item.value.rstrip("/") not in known and item.value not in known)]

    def format_completion(self, item: "CompletionItem[Any]") -> str:
        """A line of the answer."""
        text = " ".join((item.help or "").split())
        return f"{item.type}\t{item.value}\t{text}"


class Bash(_Shell):
    """COMP_WORDS is the line up to the cursor, COMP_CWORD the word there as bash has it, which breaks words at `:` and
    `=`: of a candidate it wants what follows the last of these."""

    name = "bash"
    mixes = False

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that was begun, and that one."""
        words, current = split_arg_string(os.environ["COMP_WORDS"]), os.environ["COMP_CWORD"]
        begun = words.pop() if current and words else ""
        return words[1:], begun

    def complete(self) -> str:
        """The answer to bash: all candidates, a line each."""
        args, begun = self.get_completion_args()
        current = os.environ["COMP_CWORD"]
        seen = "" if current in (":", "=") else "".join(split_arg_string(current))
        cut = len(begun) - len(seen) if begun.endswith(seen) else 0
        found = self.get_completions(args, begun)
        items = [CompletionItem(item.value[cut:], item.type, item.help) for item in found]
        return "\n".join(map(self.format_completion, items))


class Zsh(_Shell):
    """COMP_WORDS holds the words as they were typed, COMP_CWORD the number of the one that was begun."""

    name = "zsh"

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that was begun, and that one."""
        words, at = split_arg_string(os.environ["COMP_WORDS"]), int(os.environ["COMP_CWORD"])
        return words[1:at], words[at] if at < len(words) else ""


class Fish(_Shell):
    """COMP_WORDS is the line up to the cursor, COMP_CWORD the word there."""

    name = "fish"

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that was begun, and that one."""
        words = split_arg_string(os.environ["COMP_WORDS"])
        begun = words.pop() if os.environ["COMP_CWORD"] and words else ""
        return words[1:], begun


class PowerShell(_Shell):
    """COMP_WORDS holds the words before the cursor's, a line each, COMP_CWORD that word, maybe with its first quote."""

    name = "powershell"
    mixes = False

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that was begun, and that one."""
        begun = os.environ.get("COMP_CWORD", "")
        return os.environ["COMP_WORDS"].split("\n")[1:], begun.strip("'\"")


def register() -> None:
    """Have click use these shells in place of its own."""
    for shell in (Bash, Zsh, Fish, PowerShell):
        add_completion_class(shell)
