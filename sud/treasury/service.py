"""What a claim costs: the dated rates of the archive, reckoned by `duty`."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sud.errors import CourtError, Refusal
from sud.models import Category, DutyExemption, DutyRate
from sud.treasury import duty
from sud.treasury.duty import Claimant, Exemption, Ground, NoRateError, Rate, Sheet

_OF_A_BUSINESS = {"non_property": "non_property_business"}
"""Claims without a price for which organisations have a rate of their own."""


def rates_on(session: Session, on: date) -> Sequence[Rate]:
    """Return the duty rates of a day."""
    rows = session.scalars(
        select(DutyRate)
        .where(DutyRate.valid_from <= on, or_(DutyRate.valid_to.is_(None), DutyRate.valid_to >= on))
        .order_by(DutyRate.claim_kind, DutyRate.price_from)
    )
    return [
        Rate(
            claim_kind=row.claim_kind,
            price_from=row.price_from,
            price_to=row.price_to,
            fixed=row.fixed,
            basis_points=row.basis_points,
            minimum=row.minimum,
            maximum=row.maximum,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            ground=_ground(row),
            confidence=row.confidence.value,
        )
        for row in rows
    ]


def needs_price(session: Session, category: Category, on: date) -> bool:
    """Say whether claims of this category pay by their price, so that it must be asked for."""
    return duty.needs_price(rates_on(session, on), category.claim_kind)


def duty_for(
    session: Session,
    category: Category,
    price: int | None,
    on: date,
    claimant: Claimant = Claimant.CITIZEN,
) -> Sheet:
    """Reckon the state duty of a claim filed on a day; the sheet is kept with the filing."""
    claim_kind = category.claim_kind
    if claimant is Claimant.ORGANISATION:
        claim_kind = _OF_A_BUSINESS.get(claim_kind, claim_kind)
    code = "state_body" if claimant is Claimant.STATE_BODY else category.exemption_code
    try:
        return duty.reckon(
            rates_on(session, on),
            claim_kind=claim_kind,
            price=price,
            on=on,
            exemption=_exemption(session, code, on),
        )
    except NoRateError as error:
        raise CourtError(Refusal.NO_DUTY_RATE) from error


def _exemption(session: Session, code: str | None, on: date) -> Exemption | None:
    row = session.get(DutyExemption, code) if code else None
    if row is None or row.valid_from > on or (row.valid_to is not None and row.valid_to < on):
        return None
    return Exemption(
        code=row.code,
        basis_points=row.basis_points,
        ground=_ground(row),
        name_ky=row.name_ky,
        name_ru=row.name_ru,
        name_en=row.name_en,
    )


def _ground(row: DutyRate | DutyExemption) -> Ground:
    return Ground(ky=row.source_ky, ru=row.source_ru, en=row.source_en)
