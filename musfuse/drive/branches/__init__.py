"""Branches: each part of the drive that has entries of its own, behind one port (`port.py`)."""
