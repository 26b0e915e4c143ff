"""Hearings: set, moved, cancelled and announced; one judge and one room hold one at a time."""
