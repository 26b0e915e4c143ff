"""Writes down what was found on a disc, and links it where only one answer is possible."""

from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from recordings.plain import as_plain
from recordings.titles import Kind, Report
from sud import journal
from sud.access import SYSTEM, Action
from sud.discs.linking import link_alone
from sud.discs.originals import Looked
from sud.models import (
    AsideReason,
    Disc,
    DiscState,
    DiscTitle,
    Recording,
    RecordingState,
    TitleUse,
)
from sud.outside import Outside

BY_THEMSELVES: Final = {
    Kind.MENU.value: AsideReason.MENU,
    Kind.TEST.value: AsideReason.TEST,
    Kind.DUPLICATE.value: AsideReason.DUPLICATE,
}
"""What no person need look at, unless he wants to."""


def report_of(report: Report) -> dict[str, Any]:
    """Return a report as it is kept; hashes of files stay with the original in the store."""
    plain: dict[str, Any] = as_plain(report)
    for file in plain["files"]:
        file.pop("sha256", None)
    return plain


def note_read(session: Session, disc: Disc, looked: Looked, outside: Outside) -> None:
    """Note the titles of a disc, and link what links itself."""
    now, report = outside.now(), report_of(looked.report)
    session.execute(delete(DiscTitle).where(DiscTitle.disc_id == disc.id))
    linked = _linked_elsewhere(session, disc)
    for one in report["titles"]:
        title = _title(disc, one)
        title.preview = looked.pictures.get(title.number)
        # Handed in again, it needs a person only where it was meant for another hearing.
        again = disc.hearing_id in {None, *linked.get(title.number, ())}
        if title.use is TitleUse.OPEN and title.number in linked and again:
            title.use, title.reason = TitleUse.SET_ASIDE, AsideReason.DUPLICATE
        session.add(title)
    disc.report, disc.state, disc.problem = report, DiscState.READ, None
    disc.progress, disc.seconds_left, disc.read_at = 100, None, now
    session.flush()
    journal.record(
        session,
        SYSTEM,
        Action.DISC_RUN,
        disc,
        now=now,
        titles=len(report["titles"]),
        remarks=list(report.get("remarks", ())),
        attempt=disc.attempts,
    )
    if disc.copy_of_id is None or not linked:
        link_alone(session, SYSTEM, disc, now=now, outside=outside)


def _title(disc: Disc, one: dict[str, Any]) -> DiscTitle:
    reason = BY_THEMSELVES.get(one["kind"])
    if not one["streams"]:  # the disc names it, and nothing of it is there
        reason = reason or AsideReason.NOTHING_RECORDED
    forms = [stream["form"] for stream in one["streams"]]
    return DiscTitle(
        disc_id=disc.id,
        number=one["number"],
        kind=one["kind"],
        use=TitleUse.SET_ASIDE if reason else TitleUse.OPEN,
        reason=reason,
        name=one.get("name") or "",
        seconds=one["seconds"],
        lost_s=min(one["seconds"], sum(loss["seconds"] for loss in one.get("losses") or ())),
        chapters=len(one.get("chapters") or ()),
        sounds=forms.count("sound"),
        picture="picture" in forms,
    )


def _linked_elsewhere(session: Session, disc: Disc) -> dict[int, set[int]]:
    """Return, by its number, of which hearings a title of an identical disc is the recording."""
    if disc.copy_of_id is None:
        return {}
    rows = session.execute(
        select(Recording.title, Recording.hearing_id)
        .join(Disc, Disc.id == Recording.disc_id)
        .where(
            Disc.sha256 == disc.sha256,
            Disc.id != disc.id,
            Recording.state != RecordingState.UNLINKED,
        )
    )
    found: dict[int, set[int]] = {}
    for number, hearing_id in rows:
        found.setdefault(number or 0, set()).add(hearing_id)
    return found
