"""Custody: how long recordings are kept, what is masked, and how two persons erase one."""

import io
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from recordings import audit as audits
from recordings import keys as keys_of_store
from recordings import shelf
from recordings.bucket import BucketStore
from recordings.store import ObjectStore, RetainedError
from recordings.volume import file_of
from sud.access import SYSTEM
from sud.accounts.service import actor_of
from sud.config import Config
from sud.custody import erasing, jobs, masking, service
from sud.custody.rules import term_of
from sud.db import Sessions
from sud.errors import CourtError, Refusal
from sud.media import making
from sud.media import service as media
from sud.models import (
    CaseState,
    Disc,
    DiscOrigin,
    DiscState,
    DiscTitle,
    Erasure,
    ErasureGround,
    ForceStep,
    JournalLine,
    Masking,
    ProposalState,
    Recording,
    RecordingState,
    RoleCode,
    StoreCheckKind,
    TitleUse,
    User,
)
from sud.outside import Outside, defer_job, local_day
from tests.builders import Make
from tests.conftest import Time
from tests.sud.processes import until
from tests.sud.test_making import disc_of, title_of

SignIn = Callable[[User], FlaskClient]
HOUR_MS = 3_600_000


def recording_of(
    session: Session, make: Make, store: ObjectStore, *, sha256: str, state: CaseState
) -> Recording:
    """A hearing's recording with an original and what was made of it in the store."""
    case = make.case(judge=make.judge())
    case.state = state
    hearing = make.hearing(case)
    disc = Disc(
        origin=DiscOrigin.SENT,
        state=DiscState.READ,
        name="VIDEO_TS",
        size=4,
        sha256=sha256,
        prefix=f"masters/{sha256}/",
        handed_in_at=make.now(),
    )
    recording = Recording(
        hearing=hearing,
        disc=disc,
        title=1,
        state=RecordingState.READY,
        duration_ms=HOUR_MS,
        prefix=f"renditions/{sha256}/1/",
        handed_in_at=make.now(),
    )
    session.add(recording)
    session.flush()
    session.add(
        DiscTitle(
            disc=disc, disc_id=disc.id, number=1, kind="hearing", use=TitleUse.LINKED, seconds=3600
        )
    )
    session.flush()
    for key in (f"masters/{sha256}/data/a", f"renditions/{sha256}/1/master.m3u8"):
        store.put(key, io.BytesIO(b"four"))
    return recording


@pytest.fixture
def recording(session: Session, make: Make, outside: Outside) -> Recording:
    return recording_of(session, make, outside.store, sha256="a" * 64, state=CaseState.DECIDED)


def keys(outside: Outside, sha256: str = "a" * 64) -> list[str]:
    prefixes = (f"masters/{sha256}/", f"renditions/{sha256}/")
    return [facts.key for prefix in prefixes for facts in outside.store.list(prefix)]


def note(session: Session, recording: Recording, make: Make, step: ForceStep, on: date) -> None:
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    service.note_step(
        session,
        clerk,
        recording.hearing.case,
        step=step,
        on=on,
        now=make.now(),
        defer=defer_job,
    )


# ------------------------------------------------------------------ the time of keeping


def test_the_closest_rule_counts_and_leap_days_end() -> None:
    day = date(2024, 2, 29)
    assert term_of(kind="criminal", category="c", day=day).years == 10
    civil = term_of(kind="civil", category="c", day=day)
    assert civil.years == 5
    assert civil.ends(day) == date(2029, 2, 28)


def test_keeping_runs_from_force_and_stands_still_under_appeal(
    session: Session, make: Make, recording: Recording
) -> None:
    case, today = recording.hearing.case, local_day(make.now())
    assert service.keeping_of(session, case, today=today).clock is service.Clock.NOT_BEGUN
    long_ago = today - timedelta(days=6 * 366)
    note(session, recording, make, ForceStep.ENTERED, long_ago)
    assert case.state is CaseState.IN_FORCE
    keeping = service.keeping_of(session, case, today=today)
    assert keeping.clock is service.Clock.OVER
    assert keeping.until is not None
    assert keeping.until.year == long_ago.year + 5
    over = service.recordings_over(session, SYSTEM, today=today)
    assert [one.id for one, _ in over] == [recording.id]

    note(session, recording, make, ForceStep.APPEALED, long_ago + timedelta(days=9))
    assert case.state is CaseState.DECIDED
    assert service.keeping_of(session, case, today=today).clock is service.Clock.STOPPED
    assert service.recordings_over(session, SYSTEM, today=today) == []

    note(session, recording, make, ForceStep.UPHELD, today)
    assert service.keeping_of(session, case, today=today).clock is service.Clock.RUNS


@pytest.mark.parametrize(
    ("step", "days", "refusal"),
    [
        (ForceStep.UPHELD, 0, Refusal.NOT_NOW),
        (ForceStep.ENTERED, 1, Refusal.DAY_OUT_OF_ORDER),
    ],
)
def test_a_step_out_of_order_is_refused(
    session: Session,
    make: Make,
    recording: Recording,
    step: ForceStep,
    days: int,
    refusal: Refusal,
) -> None:
    day = local_day(make.now()) + timedelta(days=days)
    with pytest.raises(CourtError) as refused:
        note(session, recording, make, step, day)
    assert refused.value.code is refusal


def test_the_page_of_force_notes_a_day(
    session: Session, make: Make, recording: Recording, sign_in: SignIn, time: Time
) -> None:
    client = sign_in(make.staff(RoleCode.CLERK))
    address = f"/cases/{recording.hearing.case.key}/force"
    assert client.get(address).status_code == 200
    day = local_day(time())
    form = {"step": "entered", "on-day": day.day, "on-month": day.month, "on-year": day.year}
    assert client.post(address, data=form).status_code == 303
    assert client.post(address, data=form).status_code == 422
    session.expire_all()
    assert [one.step for one in service.steps_of(session, recording.hearing.case)] == [
        ForceStep.ENTERED
    ]


# ------------------------------------------------------------------ erasing


def test_two_persons_erase_and_the_journal_remembers(
    session: Session,
    make: Make,
    recording: Recording,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    chair = actor_of(session, make.staff(RoleCode.CHAIR), now=make.now())
    erasure = erasing.propose(
        session,
        clerk,
        recording,
        ground=ErasureGround.COURT_ORDER,
        because="order 7",
        now=make.now(),
    )
    with pytest.raises(CourtError) as refused:
        erasing.approve(session, clerk, erasure, outside=outside)
    assert refused.value.code is Refusal.PROPOSAL_OWN
    assert len(keys(outside)) == 2

    erasing.approve(session, chair, erasure, outside=outside)
    assert recording.state is RecordingState.DELETED
    assert run_jobs() == ["custody.erase"]
    session.expire_all()
    assert keys(outside) == []
    assert (erasure.objects, erasure.size) == (2, 8)
    assert recording.disc is not None
    assert recording.disc.prefix is None
    actions = session.scalars(
        select(JournalLine.action)
        .where(JournalLine.action.startswith("erasure:"))
        .order_by(JournalLine.seq)
    ).all()
    assert actions == ["erasure:propose", "erasure:decide", "erasure:run"]


def test_what_another_hearing_needs_stays(
    session: Session,
    make: Make,
    recording: Recording,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    """The same disc was handed in twice: both recordings share one original and one rendition."""
    other = recording_of(session, make, outside.store, sha256="a" * 64, state=CaseState.PREPARATION)
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    chair = actor_of(session, make.staff(RoleCode.CHAIR), now=make.now())
    for one, left in ((recording, 2), (other, 0)):
        erasure = erasing.propose(
            session,
            clerk,
            one,
            ground=ErasureGround.WRONG_HEARING,
            because="…",
            now=make.now(),
        )
        erasing.approve(session, chair, erasure, outside=outside)
        run_jobs()
        assert len(keys(outside)) == left
        session.expire_all()


def test_age_alone_erases_nothing_that_is_still_kept(
    session: Session, make: Make, recording: Recording
) -> None:
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    facts = {"ground": ErasureGround.RETENTION_OVER, "because": "…", "now": make.now()}
    with pytest.raises(CourtError) as refused:
        erasing.propose(session, clerk, recording, **facts)
    assert refused.value.code is Refusal.RETENTION_STOPPED
    note(session, recording, make, ForceStep.ENTERED, local_day(make.now()))
    with pytest.raises(CourtError) as refused:
        erasing.propose(session, clerk, recording, **facts)
    assert refused.value.code is Refusal.RETENTION_RUNS


def test_an_appeal_between_proposal_and_approval_keeps_the_recording(
    session: Session, make: Make, recording: Recording, outside: Outside
) -> None:
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    chair = actor_of(session, make.staff(RoleCode.CHAIR), now=make.now())
    today = local_day(make.now())
    note(session, recording, make, ForceStep.ENTERED, today - timedelta(days=3000))
    erasure = erasing.propose(
        session,
        clerk,
        recording,
        ground=ErasureGround.RETENTION_OVER,
        because="…",
        now=make.now(),
    )
    note(session, recording, make, ForceStep.APPEALED, today)
    with pytest.raises(CourtError) as refused:
        erasing.approve(session, chair, erasure, outside=outside)
    assert refused.value.code is Refusal.RETENTION_STOPPED
    assert len(keys(outside)) == 2


def test_the_pages_of_erasing(
    session: Session, make: Make, recording: Recording, sign_in: SignIn, outside: Outside
) -> None:
    clerk = sign_in(make.staff(RoleCode.CLERK))
    chair = sign_in(make.staff(RoleCode.CHAIR))
    page = f"/recordings/{recording.key}/custody"
    assert clerk.get(page).status_code == 200
    assert clerk.post(f"/recordings/{recording.key}/erase", data={}).status_code == 422
    made = clerk.post(
        f"/recordings/{recording.key}/erase", data={"ground": "court_order", "because": "7"}
    )
    assert made.status_code == 303
    assert clerk.get(made.location).status_code == 200
    assert clerk.post(f"{made.location}/approve", data={"sure": "y"}).status_code == 403
    assert "sure" in chair.get(made.location).text
    assert chair.get("/custody").text.count(made.location) == 1
    assert chair.post(f"{made.location}/approve", data={}).status_code == 422
    assert chair.post(f"{made.location}/refuse", data={"answer": "no"}).status_code == 303
    assert chair.post(f"{made.location}/approve", data={"sure": "y"}).status_code == 422
    session.expire_all()
    assert session.scalars(select(Erasure.state)).all() == [ProposalState.REFUSED]
    assert recording.state is RecordingState.READY
    assert clerk.get(page).status_code == 200


def vault_of(config: Config, name: str) -> BucketStore:
    """A bucket of its own that keeps what is retained from everybody."""
    vault = BucketStore(
        endpoint=config.s3_endpoint,
        access_key=config.s3_access_key,
        secret_key=config.s3_secret_key,
        bucket=name,
    )
    vault.ensure_bucket(lock=True)
    return vault


def test_a_locked_original_waits_and_goes_when_its_day_comes(
    session: Session, sessions: Sessions, make: Make, outside: Outside, config: Config
) -> None:
    """What was approved is played to nobody at once; the store lets go of it only later."""
    vault = vault_of(config, "vault")
    outside = replace(outside, store=vault)
    recording = recording_of(session, make, vault, sha256="c" * 64, state=CaseState.DECIDED)
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    chair = actor_of(session, make.staff(RoleCode.CHAIR), now=make.now())
    erasure = erasing.propose(
        session,
        clerk,
        recording,
        ground=ErasureGround.COURT_ORDER,
        because="…",
        now=make.now(),
    )
    erasing.approve(session, chair, erasure, outside=outside)
    assert vault.retain(f"masters/{'c' * 64}/data/a", datetime.now(UTC) + timedelta(seconds=4))
    jobs.erase(sessions, outside, erasure=str(erasure.key))
    session.expire_all()
    assert (recording.state, erasure.erased_at) == (RecordingState.DELETED, None)
    assert [key.partition("/")[0] for key in keys(outside, "c" * 64)] == ["masters"]

    def gone() -> bool:
        jobs.erase_due(sessions, outside)
        session.expire_all()
        return erasure.erased_at is not None

    until(gone, "the end of the lock")
    assert (erasure.objects, keys(outside, "c" * 64)) == (2, [])


def test_the_store_locks_originals_as_long_as_the_law_keeps_them(
    session: Session, sessions: Sessions, make: Make, outside: Outside, config: Config
) -> None:
    vault = vault_of(config, "vault")
    outside = replace(outside, store=vault, original_lock=timedelta(days=30))
    master = shelf.shelve(vault, [file_of("disc.iso", io.BytesIO(uuid.uuid4().bytes))])
    recording = recording_of(session, make, vault, sha256=master.sha256, state=CaseState.DECIDED)
    note(session, recording, make, ForceStep.ENTERED, local_day(make.now()))
    jobs.retain(sessions, outside, case=str(recording.hearing.case.key))
    for facts in vault.list(keys_of_store.master_prefix(master.sha256)):
        with pytest.raises(RetainedError):
            vault.remove(facts.key)


# ------------------------------------------------------------------ masking


def test_stretches_are_read_in_every_spelling(
    session: Session, make: Make, recording: Recording, sign_in: SignIn
) -> None:
    clerk = sign_in(make.staff(RoleCode.CLERK))
    address = f"/recordings/{recording.key}/mask"
    text = "0:10:00-0:11:00 звук\n0:01:30 – 2:00\n\n 5:00 — 5:01  picture"
    wrong = clerk.post(address, data={"stretches": "0:10:00", "because": "x"})
    assert wrong.status_code == 422
    made = clerk.post(address, data={"stretches": text, "because": "witness"})
    assert made.status_code == 303
    masked = session.scalars(select(Masking)).one()
    assert masked.stretches == [
        {"start_ms": 90_000, "end_ms": 120_000, "sound": True, "picture": True},
        {"start_ms": 300_000, "end_ms": 301_000, "sound": False, "picture": True},
        {"start_ms": 600_000, "end_ms": 660_000, "sound": True, "picture": False},
    ]
    assert clerk.post(address, data={"stretches": text, "because": "x"}).status_code == 422
    assert clerk.get(made.location).status_code == 200


@pytest.mark.parametrize(
    "stretch",
    [
        {"start_ms": 0, "end_ms": 2 * HOUR_MS, "sound": True, "picture": True},
        {"start_ms": 5, "end_ms": 5, "sound": True, "picture": True},
        {"start_ms": 0, "end_ms": 5, "sound": False, "picture": False},
    ],
)
def test_a_stretch_outside_the_recording_is_refused(
    session: Session, make: Make, recording: Recording, stretch: dict[str, int]
) -> None:
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    with pytest.raises(CourtError) as refused:
        masking.propose(
            session,
            clerk,
            recording,
            stretches=[service.Stretch(**stretch)],
            because="…",
            now=make.now(),
        )
    assert refused.value.code is Refusal.STRETCH_OUTSIDE


def test_nobody_approves_his_own_masking(
    session: Session, make: Make, recording: Recording, outside: Outside
) -> None:
    judge = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    proposed = masking.propose(
        session,
        judge,
        recording,
        stretches=[service.Stretch(start_ms=0, end_ms=9, sound=True, picture=True)],
        because="…",
        now=make.now(),
    )
    with pytest.raises(CourtError) as refused:
        masking.approve(session, judge, proposed, outside=outside)
    assert refused.value.code is Refusal.PROPOSAL_OWN
    masking.refuse(
        session,
        actor_of(session, make.staff(RoleCode.CHAIR), now=make.now()),
        proposed,
        answer="no",
        now=make.now(),
    )
    assert proposed.state is ProposalState.REFUSED


def test_a_masked_copy_is_made_and_is_all_that_outsiders_are_played(
    session: Session,
    make: Make,
    outside: Outside,
    run_jobs: Callable[[], list[str]],
) -> None:
    disc = disc_of(session, make, outside)
    title = title_of(session, disc)
    hearing = make.hearing(make.case(judge=make.judge()))
    recording = making.begin(session, SYSTEM, disc, title, hearing, now=make.now(), outside=outside)
    run_jobs()
    session.expire_all()
    clerk = actor_of(session, make.staff(RoleCode.CLERK), now=make.now())
    chair = actor_of(session, make.staff(RoleCode.CHAIR), now=make.now())
    proposed = masking.propose(
        session,
        clerk,
        recording,
        stretches=[service.Stretch(start_ms=1000, end_ms=2000, sound=True, picture=True)],
        because="…",
        now=make.now(),
    )
    assert media.prefix_for(session, chair, recording) is None
    assert media.prefix_for(session, clerk, recording) == recording.prefix
    masking.approve(session, chair, proposed, outside=outside)
    assert run_jobs() == ["custody.mask"]
    session.expire_all()
    assert proposed.ready_at is not None
    assert proposed.prefix not in {None, recording.prefix}
    assert media.prefix_for(session, chair, recording) == proposed.prefix
    whole = {
        one: outside.store.get(f"{one}whole.mp4") for one in (recording.prefix, proposed.prefix)
    }
    assert len(set(whole.values())) == 2
    found = audits.audit(outside.store)
    assert not [key for key in found.orphaned if key.startswith(str(proposed.prefix))]


# ------------------------------------------------------------------ checks of the store


def test_checks_of_the_store_go_round_and_tell(
    session: Session,
    sessions: Sessions,
    make: Make,
    outside: Outside,
    config: Config,
    sign_in: SignIn,
) -> None:
    """Two originals, one of them altered behind our back."""
    outside = replace(outside, store=vault_of(config, "checks"))
    masters = []
    for text in (b"first", b"second"):
        file = file_of("disc.iso", io.BytesIO(text))
        masters.append(shelf.shelve(outside.store, [file]).sha256)
    key = next(
        facts.key
        for facts in outside.store.list(keys_of_store.master_prefix(masters[0]))
        if facts.key.endswith("disc.iso")
    )
    outside.store.put(key, io.BytesIO(b"First"))
    jobs.fixity(sessions, outside)
    jobs.audit(sessions, outside)
    session.expire_all()
    audit, fixity = service.checks(session)
    assert (fixity.kind, fixity.looked_at, fixity.sound) == (StoreCheckKind.FIXITY, 2, False)
    assert fixity.findings["altered"]["count"] == 1
    assert masters[0] in fixity.findings["altered"]["keys"][0]
    assert (audit.kind, audit.sound) == (StoreCheckKind.AUDIT, True)  # the sizes are as told
    page = sign_in(make.staff(RoleCode.ARCHIVIST)).get("/custody/store")
    assert page.status_code == 200
    assert masters[0] in page.text
