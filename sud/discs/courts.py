"""Finds the court that a list, a label or a folder means."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from sud.models import Court


def court_called(session: Session, said: str) -> Court | None:
    """Return the court with this code, this mark of its case numbers or this name; else None."""
    plain = " ".join(said.split()).casefold()
    if not plain:
        return None
    columns = (Court.code, Court.suffix, Court.name_ky, Court.name_ru, Court.name_en)
    found = session.scalars(
        select(Court).where(or_(*(func.lower(column) == plain for column in columns))).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None
