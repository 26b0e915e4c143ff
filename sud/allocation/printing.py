"""The protocol of a case's draw as a paper, and the proof of its entry as a file."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from assignment import tree
from assignment.canon import parse
from assignment.draw import VERSION
from assignment.receipt import Receipt
from documents.papers import protocol
from documents.wording import LANGUAGES
from sud.allocation import log, story
from sud.allocation.entering import file_hash
from sud.models import Case, DrawRequest, LogEntry

PENDING: Final = "pending"


def facts_of(
    case: Case,
    stories: Sequence[story.Story],
    *,
    language: str,
    origin: str,
    program: str,
    url: str,
) -> protocol.Protocol:
    """Say what stands in the protocol, the first attempt first, in a language that courts write."""
    last = stories[-1].row
    written = language if language in LANGUAGES else case.language
    return protocol.Protocol(
        language=written,
        court=case.court.name(written),
        number=case.number,
        draws=[_draw(one) for one in stories],
        made=last.epoch.drawn_at if last.epoch and last.epoch.drawn_at else stories[-1].logged_at,
        version=f"{VERSION}, SHA-256 {program[:16]}",
        origin=origin,
        url=url,
    )


def receipt(session: Session, case: Case, row: DrawRequest, *, seed: bytes) -> Receipt:
    """Prove that the entry of a case is in the log as it stands now."""
    line = session.get_one(LogEntry, row.case_index)
    entry = parse(line.body.encode())
    genesis = log.genesis(session) or {}
    point = log.checkpoint(session, genesis["origin"], log.size_of(session))
    path = tree.inclusion(row.case_index, point.size, log.node_reader(session))
    return Receipt(
        index=row.case_index,
        entry=entry,
        number=case.number,
        files=file_hash(session, case),
        salt=row.salt,
        path=tuple(path),
        checkpoint=log.signed(point, seed),
    )


def _draw(one: story.Story) -> protocol.Draw:
    row, epoch = one.row, one.row.epoch
    drawn = epoch is not None and epoch.drawn_at is not None and row.result_index is not None
    given = row.judge is not None
    return protocol.Draw(
        number=row.request_id,
        kind=row.kind.value if given else PENDING,
        ground=row.ground or "",
        logged=one.logged_at,
        index=row.case_index,
        leaf=one.leaf,
        salt=row.salt.hex(),
        judges=one.judges,
        drawn=epoch.drawn_at if epoch and drawn else None,
        result=row.result_index,
        sealed=protocol.Sealed(
            name=epoch.name,
            at=epoch.frozen_at,
            root=epoch.root.hex(),
            seed=epoch.seed.hex() if epoch.seed else "",
            values=[(value.contributor, value.value) for value in one.values],
            place=one.place,
            of=one.of,
        )
        if epoch and drawn
        else None,
        seats=[_seat(seat) for seat in one.seats] if drawn else [],
        excluded=one.excluded,
        left=[
            protocol.Left(name=left.name, ground=left.ground, index=left.index) for left in one.left
        ],
        remarks=one.remarks,
    )


def _seat(seat: story.SeatStory) -> protocol.Seat:
    return protocol.Seat(
        role=seat.role,
        weight=seat.weight,
        candidates=[
            protocol.Candidate(
                name=one.name,
                share=one.share,
                fair=one.fair,
                load=one.deviation or 0.0,
                chance=one.chance or 0.0,
                first=one.first or 0,
                last=one.last or 0,
                drawn=one.drawn,
            )
            for one in seat.candidates
        ],
        total=seat.total,
        u=seat.u,
    )
