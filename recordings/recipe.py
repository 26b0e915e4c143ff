"""Knows the recipes: how large, how fine and in what pieces a title is made to play."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recordings.plain import from_plain

RECIPES = Path(__file__).with_name("recipes.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRecipe:
    """One size of the picture and what x264 is told."""

    name: str
    height: int  # at most
    step: int  # of more than 30 pictures a second every so many-th; of fewer all
    preset: str
    tune: str
    profile: str
    crf: float
    maxrate: int  # kbit/s
    bufsize: int  # kbit
    params: str  # as `-x264-params`


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRecipe:
    """One form of the sound."""

    name: str
    treated: bool  # made from the restored sound, else from the untouched
    bitrate: int  # kbit/s
    channels: int
    coder: str  # how ffmpeg's AAC encoder searches
    cutoff: int  # Hz, 0: as the encoder likes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One version; what its numbers mean stands beside them in `recipes.toml`."""

    version: str
    segment_s: int
    piece_s: int
    absorb_s: float
    settle_s: float
    reordered: int
    lead_packets: int
    tail_packets: int
    sound_rate: int
    slip_s: float
    slip_file_s: float
    thumbnail_s: int
    thumbnail_height: int
    sheet_columns: int
    whole_rung: str
    memory_mb: int
    cpu_per_s: int
    rungs: tuple[RungRecipe, ...]
    sounds: tuple[SoundRecipe, ...]


class NoRecipeError(LookupError):
    """No recipe of this version is known."""


def recipe(version: str = "") -> Recipe:
    """Give a recipe by its version; without one, the latest."""
    known, latest = _known()
    try:
        return known[version or latest]
    except KeyError as error:
        raise NoRecipeError(version) from error


def names(form: str) -> dict[str, str]:
    """Say what a form of the sound is called, by language (ky, ru, en)."""
    told: dict[str, str] = _told()["names"][form]
    return told


@cache
def _known() -> tuple[dict[str, Recipe], str]:
    recipes = [from_plain(Recipe, one) for one in _told()["recipes"]]
    return {one.version: one for one in recipes}, _told()["latest"]


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(RECIPES.read_text(encoding="utf-8"))
