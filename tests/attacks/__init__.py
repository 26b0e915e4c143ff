"""Attacks on the draw that a reader can run: `python -m tests.attacks` prints them as a table."""

import pytest

attack = pytest.mark.attack
"""What is tried, and how it ends: refused at the door, caught by anybody, or without effect."""
