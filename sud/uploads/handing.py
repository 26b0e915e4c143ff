"""Hands the files of a form over to its room: those sent piece by piece before it, and its own."""

from collections.abc import Callable, Sequence
from typing import BinaryIO, TypeVar, cast

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from sud.errors import CourtError
from sud.forms import Form, ResumableField
from sud.models import UploadPurpose
from sud.request import actor, db, house, outside
from sud.uploads import service
from sud.uploads.service import Sent, Uploaded

Taken = TypeVar("Taken")


def handed_over(
    form: Form,
    field: ResumableField,
    purpose: UploadPurpose,
    take: Callable[[Sequence[Sent]], Taken],
) -> Taken | None:
    """Have a room `take` all the files of a form; None where it refuses, and the form says why.

    Of a refused press nothing is kept. An upload that was refused for what it is has to be chosen
    anew; the others wait for the next press.
    """
    arrived: list[Uploaded] = []
    try:
        arrived = service.all_finished(db(), actor(), field.keys, purpose, store=outside().store)
        taken = take([*map(_before, arrived), *map(beside, field.data)])
        service.let_go(db(), actor(), arrived, defer=outside().defer, now=outside().now())
    except CourtError as error:
        form.refuse(error, field)
        if len(field.data) > 1:
            field.errors = [
                *field.errors,
                _(
                    "None of the files chosen together was taken. Choose the others again, without"
                    " that one."
                ),
            ]
        db().rollback()
        service.turn_away(
            house().sessions, actor(), arrived, error, defer=outside().defer, now=outside().now()
        )
        return None
    return taken


def beside(file: FileStorage) -> Sent:
    """Return a file that the form itself brought."""
    return Sent(name=file.filename or "", stream=cast(BinaryIO, file.stream))


def _before(one: Uploaded) -> Sent:
    return Sent(name=one.name, stream=one.stream, upload=one)
