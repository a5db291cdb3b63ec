#!/usr/bin/env python3
"""Builds the Windows installer on Linux; `installer/build.py --help` tells how."""

from winsetup.cli import command

if __name__ == "__main__":
    command(prog_name="installer/build.py")
