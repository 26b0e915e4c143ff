"""Whoever signs with a key that the court keeps shows once more that it is he: by password or ESI.

The rooms whose people sign put `Oneself` into their form and carry their verb out `as_oneself`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from sud import forms
from sud.accounts import service as accounts
from sud.errors import CourtError, Refusal
from sud.esi import service as esi
from sud.models import EsiVisit
from sud.outside import local_day
from sud.registry import service as registry
from sud.registry.calendar import Unit
from sud.request import actor, db, house, network, outside, session_name

STEP_UP: Final = "esi_step_up"
"""The limit that says for how long, after somebody came back from ESI, he may sign once."""


class Oneself(forms.Form):
    """What a form asks of whoever signs: the password, and which bytes he had before him."""

    paper = forms.HiddenField()
    password = forms.PasswordField(_("Your password once more"), quiet=True)

    def __init__(self, **given: Any) -> None:
        """Put the password behind what a form asks beside it, as the pages do."""
        super().__init__(**given)
        self._fields["password"] = self._fields.pop("password")

    def validate(self, extra_validators: object = None) -> bool:
        """Ask for the password where nothing better is known."""
        right = bool(super().validate(extra_validators))
        if self.password.data or proved_until() is not None:
            return right
        self.password.errors = [*self.password.errors, gettext("Enter your password.")]
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page offers beside the password."""

    until: datetime | None
    """He showed by ESI that it is he: so long he may sign once without the password."""
    offered: bool
    """He could show it by ESI; then he comes back to `back`."""
    back: str


def shown(back: str) -> Shown:
    """Tell the page at the address `back` how whoever is about to sign can show that it is he."""
    return Shown(
        until=proved_until(),
        offered=_within() is not None and esi.offered(db(), actor(), outside()),
        back=back,
    )


def proved_until() -> datetime | None:
    """Return until when his proof by ESI counts; None: he gave none, spent it, or took too long."""
    within = _within()
    if within is None or (proof := _proof(within)) is None or proof.proved_at is None:
        return None
    return proof.proved_at + within


def as_oneself(form: Oneself, verb: Callable[[], object]) -> None:
    """Carry out what somebody signs, once he has shown that it is he.

    Guesses of the password are counted; a proof by ESI is good for one signature.

    Raises:
        CourtError: NOT_YOURSELF, TOO_MANY_ATTEMPTS, or what the verb refuses.

    """
    now, within = outside().now(), _within()
    proof = None if within is None else _proof(within, to_spend=True)
    if proof is None:
        accounts.confirm(
            house().sessions,
            actor(),
            form.password.data or "",
            place=network(),
            secret=house().config.secret_key,
            now=now,
        )
    verb()
    if proof is not None:
        proof.spent_at = now


def _proof(within: timedelta, *, to_spend: bool = False) -> EsiVisit | None:
    return esi.proof(
        db(),
        actor(),
        browser=session_name(),
        within=within,
        now=outside().now(),
        to_spend=to_spend,
    )


def _within() -> timedelta | None:
    """How long a proof counts today; None: the house knows no limit, so the password is asked."""
    try:
        limit = registry.limit_on(db(), STEP_UP, local_day(outside().now()))
    except CourtError as error:
        if error.code is not Refusal.NO_TIME_LIMIT:
            raise
        return None
    return timedelta(minutes=limit.amount) if Unit(limit.unit) is Unit.MINUTES else None
