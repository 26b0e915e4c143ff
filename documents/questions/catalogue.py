"""The catalogue: every form in every version, and how people find the one they need."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from documents import search
from documents.questions.schema import Form, SchemaError, Words, read_form

GROUPS = "groups.toml"
_SHORTEST = 3
"""Words of one or two letters (and the mark before them) find everything and say nothing."""


@dataclass(frozen=True)
class Catalogue:
    """All forms of a folder: `<name>.v<version>.json`, grouped as `groups.toml` orders them."""

    versions: Mapping[str, Mapping[int, Form]]
    groups: Mapping[str, Words]

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Every form in its newest version, in the order of the groups and of their names."""
        newest = [of[max(of)] for of in self.versions.values()]
        order = list(self.groups)
        return tuple(sorted(newest, key=lambda form: (order.index(form.group), form.name)))

    def form(self, name: str, version: int | None = None) -> Form | None:
        """Return a form in a version, the newest when none is said; None when there is no such."""
        of = self.versions.get(name, {})
        return of.get(max(of, default=0) if version is None else version)

    def grouped(self, forms: Sequence[Form]) -> list[tuple[str, list[Form]]]:
        """Return forms by group, groups without any left out."""
        return [
            (code, found)
            for code in self.groups
            if (found := [form for form in forms if form.group == code])
        ]

    def found(self, asked: str) -> tuple[Form, ...]:
        """Return the forms in whose words something asked for stands, those with most first."""
        words = [word for word in search.question(asked) if len(word.exact) > _SHORTEST]
        hits = {
            form.name: sum(bool(self._keys[form.name].intersection(word.keys)) for word in words)
            for form in self.forms
        }
        found = [form for form in self.forms if hits[form.name]]
        return tuple(sorted(found, key=lambda form: -hits[form.name]))

    @cached_property
    def _keys(self) -> dict[str, frozenset[str]]:
        return {
            form.name: frozenset(
                search.keys(
                    " ".join(
                        words
                        for said in (form.title, form.wish, form.find)
                        for words in said.values()
                    )
                )
            )
            for form in self.forms
        }


def read_catalogue(folder: Path) -> Catalogue:
    """Read every form of a folder; SchemaError names the file that cannot be understood."""
    versions: dict[str, dict[int, Form]] = {}
    for path in sorted(folder.glob("*.v[0-9]*.json")):
        if path.name.startswith("common."):
            continue
        form = _read(path)
        versions.setdefault(form.name, {})[form.version] = form
    groups = tomllib.loads((folder / GROUPS).read_text(encoding="utf-8"))
    return Catalogue(versions=versions, groups=groups)


def _read(path: Path) -> Form:
    try:
        form = read_form(path)
    except (KeyError, TypeError, ValueError) as error:
        raise SchemaError(f"{path.name}: {error}") from error
    if path.name != f"{form.name}.v{form.version}.json":
        raise SchemaError(f"{path.name} says that it is {form.name}, version {form.version}")
    return form
