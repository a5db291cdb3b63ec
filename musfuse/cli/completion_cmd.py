"""`musfuse completion`"""

import click

_SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command("completion", epilog='Example: eval "$(musfuse completion bash)"')
@click.argument("shell", type=click.Choice(_SHELLS))
def command(shell: str) -> None:
    """Print a script that completes commands, options, values, fields and paths on the drive in a SHELL.

    \b
    bash, in ~/.bashrc:     eval "$(musfuse completion bash)"
    zsh, in ~/.zshrc:       eval "$(musfuse completion zsh)"      (behind compinit)
    fish:                   musfuse completion fish > ~/.config/fish/completions/musfuse.fish
    PowerShell, $PROFILE:   musfuse completion powershell | Out-String | Invoke-Expression
    """
    from musfuse.cli.shells import script

    click.echo(script(shell), nl=False)
