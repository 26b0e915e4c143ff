"""Ground: remembers which letters of a text are already spoken for."""

from __future__ import annotations

from collections.abc import Iterable


class Ground:
    """The letters of one text. Asking and taking cost what the place is long, not what is taken."""

    def __init__(self, length: int, places: Iterable[tuple[int, int]] = ()) -> None:
        """Begin with some places taken."""
        self._letters = bytearray(length)
        for place in places:
            self.take(place)

    def take(self, place: tuple[int, int]) -> None:
        """Speak for the letters from start to end."""
        start, end = place
        self._letters[start:end] = b"\1" * (min(end, len(self._letters)) - start)

    def free(self, place: tuple[int, int]) -> bool:
        """Tell whether nobody has spoken for any letter of the place."""
        return self._letters.find(1, *place) < 0

    def with_(self, places: Iterable[tuple[int, int]]) -> Ground:
        """Return a ground on which these places are taken too."""
        more = Ground(0)
        more._letters = bytearray(self._letters)
        for place in places:
            more.take(place)
        return more
