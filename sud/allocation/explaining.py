"""How a judge is drawn and how anyone checks it: the rule, the steps, the program to take along."""

import hashlib
import io
import zipfile
from functools import cache
from importlib import resources
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
        program_sha256=hashlib.sha256(program()).hexdigest(),
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
    folder, target = resources.files("assignment"), io.BytesIO()
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith((".py", ".md", ".typed"))),
        key=lambda file: file.name,
    )
    with zipfile.ZipFile(target, "w") as archive:
        for file in files:
            archive.writestr(
                zipfile.ZipInfo(f"assignment/{file.name}", _LONG_AGO), file.read_bytes()
            )
    return target.getvalue()
