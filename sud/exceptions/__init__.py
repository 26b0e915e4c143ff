"""Exceptions: what bypasses the draw, by two persons and in public."""
