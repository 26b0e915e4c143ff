"""How a judge is drawn and how anyone checks it: the rule, the steps, the program to take along."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from sud.access import Action
from sud.allocation import log, naming
from sud.allocation.rule import rule
from sud.request import allow, db, house, render
from sud.words import language

views = Blueprint("explaining", __name__)
views.context_processor(naming.words)

PROGRAM: Final = "assignment.zip"
_TEXTS: Final = (".json", ".md", ".py", ".toml", ".typed")
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest date that an archive can hold: equal files must give an equal archive."""


@views.get("/draws/rule")
@allow(Action.LOG_READ)
def text() -> ResponseReturnValue:
    """Tell the rule of the draw, in numbered paragraphs."""
    title, blocks = rule(language())
    return render("allocation/rule.html", title=title, blocks=blocks)


@views.get("/draws/how")
@allow(Action.LOG_READ)
def how() -> ResponseReturnValue:
    """Tell step by step how to check every draw, with the exact commands."""
    return render(
        "allocation/how.html",
        base_url=house().config.base_url.rstrip("/"),
        genesis=log.genesis(db()),
        program_sha256=digest(),
    )


@views.get("/draws/assignment.zip")
@allow(Action.LOG_READ)
def download() -> ResponseReturnValue:
    """Give the program that draws and checks: the folder `assignment`, as it runs here."""
    answer = Response(program(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{PROGRAM}"'
    return answer


@cache
def program() -> bytes:
    """Pack the workshop; the same files always make the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in sorted(_files(resources.files("assignment"), "assignment")):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content)
    return target.getvalue()


@cache
def digest() -> str:
    """Return the SHA-256 of the program, by which a protocol says what drew."""
    return hashlib.sha256(program()).hexdigest()


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the texts of a folder and of those in it; what Python compiled stays here."""
    for one in folder.iterdir():
        path = f"{name}/{one.name}"
        if one.is_dir():
            yield from _files(one, path)
        elif one.name.endswith(_TEXTS):
            yield path, one.read_bytes()
