"""Courtrooms: equipment and incidents, the law on recordings, the alerts of acts without one."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from sud.access import SYSTEM
from sud.accounts.service import actor_of
from sud.courtrooms import duty, jobs, service, steps
from sud.courtrooms.service import Found, Trouble
from sud.errors import CourtError, Refusal
from sud.models import (
    AbsenceGround,
    Act,
    ActState,
    DeviceChange,
    DeviceKind,
    DeviceState,
    Hearing,
    HearingState,
    Incident,
    IncidentEffect,
    JournalLine,
    Recording,
    RecordingAlert,
    RecordingState,
    RoleCode,
    StepKind,
    Verdict,
)
from sud.registry import service as registry
from tests.sud.journalled import journalled
from tests.sud.town import build_town

LAW = date(2025, 6, 10)


@pytest.fixture
def law(make, session):
    """The law of June 2025 with two of its grounds."""
    limit = make.limit("hearing_recording", amount=1)
    limit.valid_from = LAW
    for code, equipment in (("failure", True), ("not_equipped", False)):
        session.add(
            AbsenceGround(
                code=code,
                equipment=equipment,
                name_ky=f"{code} ky",
                name_ru=f"{code} ru",
                name_en=f"{code} en",
                valid_from=LAW,
            )
        )
    session.flush()


@pytest.fixture
def case(make, law):
    return make.case(judge=make.judge())


def held(make, case, *, days=-3, **facts):
    """A hearing that was held some days ago."""
    starts = make.now() + timedelta(days=days)
    return make.hearing(case, starts=starts, state=HearingState.HELD, **facts)


def recording(session, make, hearing, **facts):
    made = Recording(
        hearing=hearing,
        disc=make.disc(),
        handed_in_at=make.now(),
        **facts,
    )
    session.add(made)
    session.flush()
    return made


def act_of(session, make, case, *, issued=None, kind="decision"):
    act = Act(
        case=case,
        kind=make.act_kind(kind),
        judge=case.judge,
        language="ky",
        created_at=make.now(),
        state=ActState.ISSUED,
        issued_at=issued or make.now(),
        code=f"code-{kind}",
        pdf_key=f"acts/{kind}",
        pdf_sha256="0" * 64,
    )
    session.add(act)
    session.flush()
    return act


def ground(session, code="not_equipped"):
    return session.get_one(AbsenceGround, code)


def because(session, code="not_equipped", **facts):
    return duty.Because(ground=ground(session, code), words="Жабдуу орнотула элек.", **facts)


def standing(session, hearing, now):
    return duty.recordedness_of(session, [hearing], now=now)[hearing.id]


# ------------------------------------------------------------------ the law


def test_a_held_hearing_owes_a_recording_until_the_next_working_day(session, make, case) -> None:
    hearing = held(make, case)  # a Friday
    found = standing(session, hearing, make.now())
    assert (found.standing, found.due) == (duty.Standing.LACKING, date(2026, 11, 23))
    recording(session, make, hearing)
    assert standing(session, hearing, make.now()).standing is duty.Standing.RECORDED


@pytest.mark.parametrize(
    "facts",
    [
        {"state": RecordingState.FAILED},
        {"state": RecordingState.CANCELLED},
        {"state": RecordingState.READY, "verdict": Verdict.UNUSABLE},
    ],
)
def test_what_cannot_be_heard_is_no_recording(session, make, case, facts) -> None:
    hearing = held(make, case)
    recording(session, make, hearing, **facts)
    assert standing(session, hearing, make.now()).standing is duty.Standing.LACKING


def test_what_was_before_the_law_or_did_not_take_place_owes_nothing(session, make, case) -> None:
    before = make.now().date() - LAW
    old = held(make, case, days=-before.days - 1)
    first = held(make, case, days=-before.days)
    moved = make.hearing(case, starts=make.now() - timedelta(days=1), state=HearingState.ADJOURNED)
    ahead = make.hearing(case)
    found = duty.recordedness_of(session, [old, first, moved, ahead], now=make.now())
    assert [found[one.id].standing for one in (old, first, moved, ahead)] == [
        duty.Standing.FREE,
        duty.Standing.LACKING,
        duty.Standing.FREE,
        duty.Standing.AHEAD,
    ]


def test_forgetting_to_note_it_as_held_is_no_way_around(session, make, case) -> None:
    hearing = make.hearing(case, starts=make.now() - timedelta(hours=2))
    assert standing(session, hearing, make.now()).standing is duty.Standing.LACKING


def test_a_reason_is_written_down_for_good(session, make, case) -> None:
    hearing = held(make, case)
    clerk = actor_of(session, make.staff(RoleCode.CLERK, case.court), make.now())
    with pytest.raises(CourtError) as refused:
        duty.explain(session, clerk, hearing, because(session, "failure"), now=make.now())
    assert refused.value.code is Refusal.INCIDENT_MISSING
    device = service.enter_device(
        session,
        SYSTEM,
        hearing.courtroom,
        kind=DeviceKind.RECORDER,
        name="Р-1",
        inventory_number="",
        now=make.now(),
    )
    why = because(session, "failure", trouble=duty.trouble_of("Диск толуп калды.", hearing, device))
    duty.explain(session, clerk, hearing, why, now=make.now())
    found = standing(session, hearing, make.now())
    assert found.standing is duty.Standing.EXPLAINED
    assert found.absence.incident.hearing is hearing
    assert device.state is DeviceState.FAULTY
    (line,) = journalled(session, "recording:explain")
    assert (line.case_id, line.user_id) == (case.id, clerk.user_id)
    assert line.facts["ground"] == "failure"
    assert "Диск" not in str(line.facts)
    with pytest.raises(DBAPIError, match=r"insufficient|denied|insert"), session.begin_nested():
        session.execute(text("UPDATE recording_absences SET because = 'x'"))
    duty.explain(session, clerk, hearing, because(session), now=make.now())
    assert standing(session, hearing, make.now()).absence.ground_code == "not_equipped"
    assert len(duty.statements_on(session, hearing)) == 2


def test_no_reason_where_none_is_needed(session, make, case) -> None:
    ahead, recorded = make.hearing(case), held(make, case)
    recording(session, make, recorded)
    for hearing, code in (
        (ahead, Refusal.HEARING_NOT_OVER),
        (recorded, Refusal.HEARING_IS_RECORDED),
    ):
        with pytest.raises(CourtError) as refused:
            duty.explain(session, SYSTEM, hearing, because(session), now=make.now())
        assert refused.value.code is code


# ------------------------------------------------------------------ alerts


def watch(sessions, outside) -> None:
    jobs.watch(sessions, outside)


def test_an_act_on_a_hearing_without_recording_raises_one_alert(
    session, sessions, outside, make, case
) -> None:
    hearing = held(make, case)
    act_of(session, make, case)
    session.commit()
    watch(sessions, outside)
    watch(sessions, outside)
    alert = session.scalars(select(RecordingAlert)).one()
    assert (alert.hearing_id, alert.ended_at) == (hearing.id, None)
    told = select(JournalLine.facts).where(JournalLine.action == "recording:watch")
    assert len(session.scalars(told).all()) == 1
    recording(session, make, hearing)
    session.commit()
    watch(sessions, outside)
    session.refresh(alert)
    assert alert.ended_at == outside.now()
    assert [facts.get("over") for facts in session.scalars(told)] == [None, True]


def test_a_reason_ends_the_alert_at_once_and_its_loss_raises_it_again(session, make, case) -> None:
    hearing = held(make, case)
    act_of(session, make, case)
    assert duty.watch(session, SYSTEM, now=make.now()) == (1, 0)
    made = recording(session, make, hearing)
    assert duty.watch(session, SYSTEM, now=make.now()) == (0, 1)
    made.state = RecordingState.FAILED
    assert duty.watch(session, SYSTEM, now=make.now()) == (1, 0)
    assert len(duty.alerts_in(session, case)) == 1
    duty.explain(session, SYSTEM, hearing, because(session), now=make.now())
    assert duty.alerts_in(session, case) == []


def test_a_ruling_rests_on_the_hearing_of_its_day_only(session, make, case) -> None:
    make.act_kind("ruling").final = False
    held(make, case, days=-3)
    today = held(make, case, days=0, purpose="merits")
    ruling = act_of(session, make, case, issued=make.now() + timedelta(hours=1), kind="ruling")
    now = make.now() + timedelta(hours=2)
    duty.watch(session, SYSTEM, now=now)
    (alert,) = session.scalars(select(RecordingAlert))
    assert (alert.act_id, alert.hearing_id) == (ruling.id, today.id)
    assert duty.lacking_for(session, ruling, now=now) == [today]
    held(make, case, days=1)  # after the act: it does not rest on it
    assert duty.watch(session, SYSTEM, now=now + timedelta(days=2)) == (0, 0)


def test_an_act_without_hearings_needs_no_recording(session, make, case) -> None:
    act_of(session, make, case)
    assert duty.watch(session, SYSTEM, now=make.now()) == (0, 0)


def test_only_the_court_is_told(session, make, time, law, sign_in) -> None:
    town = build_town(session, make)
    hearing = town.things[Hearing][0]
    time.now = now = hearing.ends_at + timedelta(hours=1)
    hearing.state = HearingState.HELD
    town.things[Recording][0].state = RecordingState.FAILED
    act_of(session, make, hearing.case, issued=now)
    duty.watch(session, SYSTEM, now=now)
    assert len(duty.alerts_in(session, hearing.case)) == 1
    seen = {}
    for who in ("judge", "clerk", "chair", "plaintiff", "respondent"):
        page = sign_in(town.users[who]).get(f"/cases/{hearing.case.key}?lang=en")
        assert page.status_code == 200
        seen[who] = "sud-notice--error" in page.text
        listed = sign_in(town.users[who]).get("/courtrooms/lacking")
        assert listed.status_code == (200 if seen[who] else 403)
        assert (hearing.case.number in listed.text) is seen[who]
    assert seen == {
        "judge": True,
        "clerk": True,
        "chair": True,
        "plaintiff": False,
        "respondent": False,
    }
    other = sign_in(town.users["clerk elsewhere"]).get("/courtrooms/lacking")
    assert hearing.case.number not in other.text


# ------------------------------------------------------------------ equipment


@pytest.fixture
def room(make):
    return make.courtroom()


def device(session, room, now, kind=DeviceKind.RECORDER):
    facts = {"kind": kind, "name": kind.value, "inventory_number": "7"}
    return service.enter_device(session, SYSTEM, room, **facts, now=now)


def test_a_courtroom_is_ready_when_all_that_is_needed_works(session, make, room) -> None:
    now = make.now()
    made = {kind: device(session, room, now, kind) for kind in service.NEEDED}
    (glance,) = service.glances_of_rooms(session, [room])
    assert glance.ready
    service.set_state(
        session, SYSTEM, made[DeviceKind.CAMERA], DeviceState.ABSENT, note="жөндөөдө", now=now
    )
    spare = device(session, room, now, DeviceKind.CAMERA)
    (glance,) = service.glances_of_rooms(session, [room])
    assert glance.ready  # the second camera
    service.remove_device(session, SYSTEM, spare, now=now)
    (glance,) = service.glances_of_rooms(session, [room])
    assert (glance.ready, glance.state_of(DeviceKind.CAMERA)) == (False, DeviceState.ABSENT)
    with pytest.raises(CourtError):
        service.remove_device(session, SYSTEM, spare, now=now)
    past = service.changes_of(session, [made[DeviceKind.CAMERA]])
    assert [one.state for one in past] == [DeviceState.ABSENT, DeviceState.WORKING]


def test_an_incident_breaks_and_mends_its_device(session, make, room) -> None:
    now, recorder = make.now(), device(session, room, make.now())
    trouble = Trouble(what="Күйбөй калды", effect=IncidentEffect.DELAYED, device=recorder)
    incident = service.open_incident(session, SYSTEM, room, trouble, now=now)
    assert recorder.state is DeviceState.FAULTY
    assert service.glances_of_rooms(session, [room])[0].incidents == 1
    service.close_incident(session, SYSTEM, incident, done="Алмаштырылды", works=True, now=now)
    assert recorder.state is DeviceState.WORKING
    assert service.glances_of_rooms(session, [room])[0].incidents == 0
    with pytest.raises(CourtError):
        service.close_incident(session, SYSTEM, incident, done="дагы", works=False, now=now)
    linked = session.scalars(select(DeviceChange.incident_id).order_by(DeviceChange.id)).all()
    assert linked == [None, incident.id, incident.id]


@pytest.mark.parametrize(
    ("found", "good"),
    [
        (Found(picture=True, sound=True), True),
        (Found(picture=True, sound=True, free_bytes=10**12, level_db=-18.0), True),
        (Found(picture=False, sound=True), False),
        (Found(picture=True, sound=True, free_bytes=10**9), False),
        (Found(picture=True, sound=True, level_db=-70.0), False),
    ],
)
def test_a_check_that_finds_trouble_opens_an_incident(session, make, room, found, good) -> None:
    made = service.check(session, SYSTEM, room, found, what="Үн жок", now=make.now())
    assert made.good is good
    assert (session.scalars(select(Incident)).one_or_none() is None) is good


def test_a_new_key_ends_the_old_one_and_only_its_hash_is_kept(session, make, room) -> None:
    first = service.make_stream_key(session, SYSTEM, room, now=make.now())
    second = service.make_stream_key(session, SYSTEM, room, now=make.now())
    assert first != second
    assert service.key_of_room(session, room).digest == service.digest_of_key(second)
    for word in (first, second):
        assert service.courtroom_of_digest(session, service.digest_of_key(word)).id == room.id
    assert service.courtroom_of_digest(session, second) is None
    lines = journalled(session, "stream:key")
    assert not any(word in str(line.facts) for line in lines for word in (first, second))


# ------------------------------------------------------------------ the log of a recording


def test_steps_follow_their_turn(session, make, case) -> None:
    hearing = make.hearing(case)
    for kind in (StepKind.STARTED, StepKind.PAUSED, StepKind.RESUMED, StepKind.STOPPED):
        steps.note(session, SYSTEM, hearing, kind, reason="танапис", now=make.now())
    with pytest.raises(CourtError) as refused:
        steps.note(session, SYSTEM, hearing, StepKind.PAUSED, reason="", now=make.now())
    assert refused.value.code is Refusal.RECORDING_STEP_OUT_OF_TURN
    assert [one.kind for one in steps.steps_of(session, hearing)][-1] is StepKind.STOPPED
    assert steps.needs_reason(hearing, StepKind.STOPPED, now=hearing.starts_at)
    assert not steps.needs_reason(hearing, StepKind.STOPPED, now=hearing.ends_at)


# ------------------------------------------------------------------ pages


def post(visitor, address, **facts):
    return visitor.post(address, data=facts)


def test_a_clerk_keeps_the_equipment_and_the_law(session, make, case, sign_in) -> None:
    clerk = sign_in(make.staff(RoleCode.CLERK, case.court))
    hearing = held(make, case)
    room = hearing.courtroom
    at = f"/courtrooms/rooms/{room.key}"
    assert clerk.get("/courtrooms").location == f"/courtrooms/courts/{case.court.code}"
    assert post(clerk, f"{at}/devices/new", kind="recorder").status_code == 422
    entered = post(clerk, f"{at}/devices/new", kind="recorder", name="Жазгыч", inventory_number="9")
    assert entered.status_code == 303
    assert "Жазгыч" in clerk.get(at).text
    wrong = {"picture": "yes", "sound": "no", "level": "-70"}
    assert post(clerk, f"{at}/check", **wrong).status_code == 422  # what is wrong?
    assert post(clerk, f"{at}/check", **wrong, what="Микрофон унчукпайт").status_code == 303
    (incident,) = session.scalars(select(Incident))
    page = clerk.get(f"/courtrooms/incidents/{incident.key}")
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    closed = post(clerk, f"/courtrooms/incidents/{incident.key}", seen=seen, done="Кабель салынды")
    assert closed.status_code == 303
    (glance,) = service.glances_of_rooms(session, [room])
    broken = {
        "what": "Диск жазылбайт",
        "effect": "not_recorded",
        "device": glance.devices[0].key,
        "hearing": hearing.key,
    }
    opened = post(clerk, f"{at}/incidents/new", **broken)
    assert case.number in clerk.get(opened.location).text
    # A room whose recorder is faulty is told where a hearing is set, and offered all the same.
    setting = clerk.get(f"/cases/{case.key}/hearings/new").text
    assert "Жазгыч" in setting
    assert str(room.key) in setting
    assert clerk.get(f"/courtrooms/courts/{case.court.code}").status_code == 200
    # The first page counts it; the page of the case asks for it; the reason ends both.
    assert clerk.get("/home").status_code == 200
    lacking = clerk.get("/courtrooms/lacking")
    assert case.number in lacking.text
    address = f"/hearings/{hearing.key}/no-recording"
    assert address in clerk.get(f"/cases/{case.key}/hearings").text
    assert post(clerk, address, ground="not_equipped").status_code == 422
    told = post(clerk, address, ground="failure", words="Диск жазылбай калды.")
    assert told.status_code == 303
    assert case.number not in clerk.get("/courtrooms/lacking").text
    party = sign_in(make.party(case))
    assert "Диск жазылбай калды." in party.get(f"/cases/{case.key}/hearings").text
    for closed_to_parties in (address, at, "/courtrooms", f"{at}/key"):
        assert party.get(closed_to_parties).status_code == 403


def test_a_step_is_noted_with_its_reason(session, make, case, sign_in) -> None:
    clerk = sign_in(make.staff(RoleCode.CLERK, case.court))
    hearing = make.hearing(case)
    address = f"/hearings/{hearing.key}/recording-log"
    assert post(clerk, address, kind="started").status_code == 303
    assert post(clerk, address, kind="paused").status_code == 422
    assert post(clerk, address, kind="paused", reason="Танапис").status_code == 303
    assert post(clerk, address, kind="paused", reason="Дагы").status_code == 422
    party = sign_in(make.party(case))
    assert "Танапис" in party.get(address).text
    assert post(party, address, kind="resumed").status_code == 403


def test_the_key_is_shown_once(session, make, case, sign_in) -> None:
    clerk = sign_in(make.staff(RoleCode.CLERK, case.court))
    room = make.courtroom(case.court)
    address = f"/courtrooms/rooms/{room.key}/key"
    assert "<code>" not in clerk.get(address).text
    shown = post(clerk, address).text
    word = shown.split("<code>")[1].split("</code>")[0]
    assert service.key_of_room(session, room).digest == service.digest_of_key(word)
    assert word not in clerk.get(address).text


def test_an_administrator_corrects_the_reasons(session, make, law, sign_in) -> None:
    administrator = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    shown = administrator.get("/reference/absences/set?code=failure").text
    assert 'value="failure ru"' in shown
    told = {f"{kind}_{lang}": "x" for kind in ("name", "source") for lang in ("ky", "ru", "en")}
    told |= {"code": "Сель", "valid_from-day": "1", "valid_from-month": "7"}
    told |= {"valid_from-year": "2025", "equipment": "y"}
    address = "/reference/absences/set"
    assert post(administrator, address, **told).status_code == 422
    ends = {"valid_to-day": "1", "valid_to-month": "6", "valid_to-year": "2025"}
    assert post(administrator, address, **told | {"code": "flood"} | ends).status_code == 422
    assert post(administrator, address, **told | {"code": "flood"}).status_code == 303
    on = registry.absence_grounds_on
    assert [one.code for one in on(session, date(2025, 6, 30))] == ["failure", "not_equipped"]
    assert "flood" in {one.code for one in on(session, date(2025, 7, 1))}
    assert sign_in(make.staff(RoleCode.AUDITOR)).get(address).status_code == 403


def test_another_court_s_courtrooms_are_not_mine(make, case, sign_in) -> None:
    elsewhere = make.courtroom(make.court("Б1", "BSK-LEN"))
    for role in (RoleCode.CLERK, RoleCode.CHAIR, RoleCode.ARCHIVIST, RoleCode.JUDGE):
        visitor = sign_in(make.staff(role, case.court))
        assert visitor.get(f"/courtrooms/rooms/{elsewhere.key}").status_code == 403
    administrator = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    assert administrator.get(f"/courtrooms/rooms/{elsewhere.key}").status_code == 200
    make.courtroom(case.court)
    assert administrator.get("/courtrooms").status_code == 200
