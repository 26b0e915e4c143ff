"""Who must not be drawn for a case: by law, by a tie that is declared, beside a relative."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assignment.canon import canon
from sud.allocation import log as draw_log
from sud.allocation import service as allocation
from sud.models import Case, Judge
from sud.recusals import earlier, ties
from sud.recusals.reading import sitting, who_left

STATUTORY: Final = "statutory"
PANEL: Final = "panel"


def exclusions_for(
    session: Session, case: Case, *, secret: bytes, leaving: Judge | None = None
) -> list[allocation.Exclusion]:
    """Name everybody who must not be drawn: by law, by a tie, or beside a relative in a panel.

    The public log gets a class and a salted hash: of what the tie is, it says nothing.
    """
    documents: dict[int, tuple[str, dict[str, Any]]] = {
        one.judge.id: (STATUTORY, one.evidence(case)) for one in earlier.barred_from(session, case)
    }
    for judge_id, tie in ties.judges_tied(session, case, secret=secret).items():
        documents.setdefault(judge_id, (STATUTORY, {"case": case.number, "tie": str(tie.key)}))
    staying = {one.judge.id for one in sitting(session, case)} - {leaving.id if leaving else None}
    for one, other in sorted(ties.kin_pairs(session, staying)):
        if other in staying:
            documents.setdefault(one, (PANEL, {"case": case.number, "pair": sorted([one, other])}))
    away = {one.id for one in who_left(session, case)} | staying
    away |= {leaving.id} if leaving else set()
    judges = session.scalars(
        select(Judge).where(Judge.id.in_(documents.keys() - away)).order_by(Judge.code)
    ).all()
    return [
        allocation.Exclusion(
            judge=judge,
            ground=documents[judge.id][0],
            document=allocation.salted(session, bytes.fromhex(digest(documents[judge.id][1]))),
        )
        for judge in _within_reach(session, case, judges)
    ]


def _within_reach(session: Session, case: Case, judges: Sequence[Judge]) -> list[Judge]:
    """Keep those who could be drawn at all: of others, the log need not learn that they are tied.

    Beside the court's own judges, those of its neighbours may be, when their pool has to serve.
    """
    if all(judge.court_id == case.court_id for judge in judges):
        return list(judges)
    state = draw_log.read(session)
    pool = state.rosters.pool_of(case.court.code, state.intake)
    courts = {case.court.code, *(state.rosters.courts_of(pool, state.intake) if pool else ())}
    return [judge for judge in judges if judge.court.code in courts]


def pairs_in_panel(session: Session, case: Case) -> list[tuple[Judge, dict[str, Any]]]:
    """Find members who cannot sit beside another one: the one on the later seat leaves."""
    seats = sitting(session, case)
    pairs = ties.kin_pairs(session, [one.judge.id for one in seats])
    return [
        (later.judge, {"case": case.number, "pair": sorted([one.judge.code, later.judge.code])})
        for place, later in enumerate(seats)
        for one in seats[:place]
        if (one.judge.id, later.judge.id) in pairs
    ]


def digest(evidence: dict[str, Any]) -> str:
    """Hash a document that a machine wrote."""
    return hashlib.sha256(canon(evidence)).hexdigest()
