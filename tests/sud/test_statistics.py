"""The fairness watch in the house: silent on fair draws, loud on stolen ones, private inside."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from assignment.canon import canon, sha
from assignment.draw import Request, draw_request
from sud.access import Action, Actor, HeldRole
from sud.errors import CourtError, Refusal
from sud.models import (
    AlarmNote,
    Case,
    Court,
    DrawKind,
    DrawRequest,
    FairnessAlarm,
    Filing,
    FilingState,
    JournalLine,
    Judge,
    LogEntry,
    Participant,
    ParticipantRole,
    RoleCode,
    WatchAttribute,
    WatchFigure,
    WatchMeasure,
    WatchRate,
    WatchRun,
)
from sud.outside import BISHKEK
from sud.statistics import jobs, material, monitors, pictures, service
from tests.builders import START, Make


@dataclass
class Bench:
    """A court whose draws are made by the engine and written into the log's table as they are.

    `steered` cases are drawn again until the wanted judge comes, which is how a thief would do it:
    each record by itself is then as good as any.
    """

    session: object
    make: Make
    court: Court
    at: datetime
    judges: list[Judge] = field(default_factory=list)
    ledger: dict[str, int] = field(default_factory=dict)
    count: int = 0
    entries: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def __post_init__(self):
        self.judges = [self.make.judge(self.court, code=f"T-{n:02}") for n in range(1, 8)]

    def log(self, entry, case):
        line = canon(entry).decode()
        self.entries += 1
        index = self.entries
        at = case.registered_at
        self.session.add(LogEntry(index=index, body=line, leaf=b"", logged_at=at))
        return index

    def request(self, case, seats=(1_000_000,), judges=None, attempt=0):
        return Request(
            id=f"{self.court.code}-{case.year}-{case.seq:06}",
            court=self.court.code,
            cat="civil",
            seats=seats,
            candidates=tuple(sorted((j.code, 1000) for j in judges or self.judges)),
            commit="0" * 64,
            attempt=attempt,
        )

    def case(self, clerk=None, **facts):
        """A case that a clerk registers, twenty minutes after the one before it."""
        (case,) = self.cases([clerk], **facts)
        return case

    def cases(self, clerks, **facts):
        """Many at once: each flush is a walk to the database."""
        made = []
        for _ in clerks:
            self.count += 1
            self.at += timedelta(minutes=20)
            defaults = {"price": 12_000_000, "registered_at": self.at} | facts
            made.append(
                Case(
                    court=self.court,
                    kind=self.make.kind(),
                    category=self.make.category(),
                    year=self.at.year,
                    seq=self.count,
                    filed_at=self.at,
                    fictional=True,
                    **defaults,
                )
            )
        self.session.add_all(made)
        self.session.flush()
        last = self.session.scalar(select(func.max(JournalLine.seq))) or 0
        self.session.add_all(
            JournalLine(
                seq=last + place,
                at=case.registered_at,
                user_id=clerk.id,
                action=Action.CASE_REGISTER.value,
                subject_kind="cases",
                case_id=case.id,
                facts={},
                previous=b"",
                digest=b"",
            )
            for place, (case, clerk) in enumerate(zip(made, clerks, strict=True), 1)
            if clerk
        )
        self.session.flush()
        return made

    def draw(self, case, **facts):
        row = self.drawn(case, **facts)
        self.session.flush()
        self.session.add(row)
        self.session.flush()
        return row

    def drawn(self, case, *, steered=False, seats=(1_000_000,), judges=None, attempt=0):
        request = self.request(case, seats, judges, attempt)
        wanted = self.judges[3].code
        for again in range(1000):
            after = dict(self.ledger)
            seed = sha(f"{request.id}/{attempt}/{again}".encode())
            seen = draw_request(seed, request, after)
            if not steered or seen[0].judge == wanted:
                break
        self.ledger = after
        entered = self.log({"type": "case", "request": request.plain()}, case)
        seated = [one.plain() for one in seen]
        resulted = self.log({"type": "result", "request": request.id, "seats": seated}, case)
        return self.row(case, request, entered, attempt=attempt, result_index=resulted)

    def row(self, case, request, entered, **facts):
        return DrawRequest(
            request_id=request.id,
            case_id=case.id,
            court_id=self.court.id,
            ledger=self.court.code,
            salt=b"",
            case_index=entered,
            **facts,
        )

    def year(self, count, clerks, *, thief=None, steered=0.0):
        """Draw so many cases, registered by the clerks in turn."""
        turns = [clerks[number % len(clerks)] for number in range(count)]
        rows = []
        for clerk, case in zip(turns, self.cases(turns), strict=True):
            case.price = (case.seq % 5) * 30_000_000 or None
            stolen = clerk is thief and self.chance.random() < steered
            rows.append(self.drawn(case, steered=stolen))
        self.session.flush()
        self.session.add_all(rows)
        self.session.flush()


@pytest.fixture
def bench(session, make, time):
    return Bench(session, make, make.court(), datetime(2026, 3, 2, 3, tzinfo=time().tzinfo))


@pytest.fixture
def clerks(bench, make):
    return [make.staff(RoleCode.CLERK, bench.court) for _ in range(4)]


@pytest.fixture
def auditor(make):
    return make.staff(RoleCode.AUDITOR)


@pytest.fixture
def stolen(bench, clerks, sessions, outside):
    """The clerk in second place steers half of his cases."""
    bench.year(160, clerks, thief=clerks[1], steered=0.6)
    jobs.watch(sessions, outside)
    return clerks[1]


def watching(make):
    roles = frozenset({HeldRole(code=RoleCode.AUDITOR)})
    return Actor(user_id=make.staff(RoleCode.AUDITOR).id, roles=roles)


def alarms(session):
    session.expire_all()
    return session.scalars(select(FairnessAlarm).order_by(FairnessAlarm.id)).all()


def facts_of(rows):
    return [
        {
            column.name: getattr(row, column.key)
            for column in type(row).__mapper__.columns
            if column.name not in {"id", "key"}
        }
        for row in rows
    ]


# ------------------------------------------------------------------ the night


def test_honest_draws_give_no_alarm(session, bench, clerks, sessions, outside):
    bench.year(200, clerks)
    jobs.watch(sessions, outside)
    assert alarms(session) == []
    run = session.scalars(select(WatchRun)).one()
    assert (run.draws, run.courts, run.year) == (200, 1, 2026)
    assert run.monitors > 10
    figures = {one.attribute: one for one in session.scalars(select(WatchFigure))}
    assert set(figures) == set(WatchAttribute)
    assert (figures[WatchAttribute.CLERK].groups, figures[WatchAttribute.CLERK].draws) == (4, 200)
    assert figures[WatchAttribute.ALL].freedom == 6
    assert figures[WatchAttribute.ALL].p_value > 1e-6
    assert figures[WatchAttribute.ALL].numbers_p > 1e-6
    assert figures[WatchAttribute.CLERK].numbers_p is None
    assert figures[WatchAttribute.PRICE].groups == 3
    assert figures[WatchAttribute.ACCOUNT].groups == 0


def test_one_clerk_who_steers_is_found(session, bench, stolen):
    found = next(one for one in alarms(session) if one.attribute is WatchAttribute.CLERK)
    assert (found.group_ref, found.measure) == (str(stolen.id), WatchMeasure.JUDGE)
    assert found.judge_id == bench.judges[3].id
    assert found.draws == 40
    assert found.observed > 2 * found.expected
    assert found.confirmed
    assert found.evidence > 2
    assert found.since_index < found.crossed_index < found.seen_index
    crossing = session.get(LogEntry, found.crossed_index)
    assert found.crossed_at == crossing.logged_at
    assert len(found.picture["requests"]) == min(20, found.observed)
    assert sum(row[1] for row in found.picture["judges"]) == 40
    lines = session.scalars(
        select(JournalLine)
        .order_by(JournalLine.seq)
        .where(JournalLine.action == Action.WATCH_RUN, JournalLine.subject_id == found.id)
    ).all()
    assert [line.facts["attribute"] for line in lines if "attribute" in line.facts] == ["clerk"]
    assert stolen.display_name not in str([line.facts for line in lines])


def test_the_same_log_gives_the_same_night(session, stolen, sessions, outside, time):
    kinds = (FairnessAlarm, WatchFigure, WatchRate)
    before = [facts_of(session.scalars(select(kind)).all()) for kind in kinds]
    time.now += timedelta(days=1)
    jobs.watch(sessions, outside)
    session.expire_all()
    assert [facts_of(session.scalars(select(kind)).all()) for kind in kinds] == before
    assert session.scalar(select(func.count()).select_from(WatchRun)) == 2


def test_a_settled_watch_begins_anew(session, bench, clerks, stolen, make, sessions, outside, time):
    for alarm in alarms(session):
        service.settle(session, watching(make), alarm, note=AlarmNote.REPORTED, now=time())
    count = len(alarms(session))
    jobs.watch(sessions, outside)
    assert len(alarms(session)) == count
    seen = max(alarm.seen_index for alarm in alarms(session))
    bench.year(160, clerks, thief=stolen, steered=0.8)
    jobs.watch(sessions, outside)
    new = [alarm for alarm in alarms(session) if alarm.settled_at is None]
    again = next(alarm for alarm in new if alarm.attribute is WatchAttribute.CLERK)
    assert again.since_index > seen
    assert again.draws == 40
    old = next(alarm for alarm in alarms(session) if alarm.settled_at)
    with pytest.raises(CourtError) as refused:
        service.settle(session, watching(make), old, note=AlarmNote.CHANCE, now=time())
    assert refused.value.code is Refusal.NOT_NOW


def test_an_alarm_that_stands_is_brought_up_to_date(
    session, bench, clerks, stolen, sessions, outside
):
    before = {alarm.id: alarm.draws for alarm in alarms(session)}
    bench.year(40, clerks, thief=stolen, steered=1.0)
    jobs.watch(sessions, outside)
    after = {alarm.id: alarm.draws for alarm in alarms(session)}
    assert before.keys() <= after.keys()
    assert all(after[number] > draws for number, draws in before.items())


def test_each_year_is_watched_by_itself(session, bench, clerks, sessions, outside, time):
    bench.at = datetime(2025, 12, 1, 3, tzinfo=time().tzinfo)
    bench.year(60, clerks, thief=clerks[0], steered=1.0)
    bench.at = datetime(2026, 1, 2, 3, tzinfo=time().tzinfo)
    bench.year(30, clerks)
    time.now = datetime(2026, 1, 9, 20, tzinfo=time().tzinfo)
    jobs.watch(sessions, outside)
    runs = session.scalars(select(WatchRun).order_by(WatchRun.id)).all()
    assert [(run.year, run.draws) for run in runs] == [(2025, 60), (2026, 30)]
    assert service.years(session) == [2026, 2025]
    time.now = datetime(2026, 1, 20, 20, tzinfo=time().tzinfo)
    jobs.watch(sessions, outside)
    assert session.scalar(select(func.count()).select_from(WatchRun)) == 3


def test_before_the_first_draw(session, sessions, outside):
    assert service.last_watch(session) is None
    jobs.watch(sessions, outside)
    assert service.last_watch(session).draws == 0


def test_real_draws_are_read_as_they_stand_in_the_log(
    session, make, contributors, sessions, outside
):
    judges = [make.judge() for _ in range(5)]
    contributors.roster(*judges)
    for _ in range(8):
        contributors.enter(make.case())
    contributors.draw()
    jobs.watch(sessions, outside)
    assert alarms(session) == []
    assert service.last_watch(session).draws == 8
    span = material.span_of(session, 2026)
    for draw in material.draws_of(session, judges[0].court_id, span):
        (trial,) = draw.trials
        row = session.query(DrawRequest).filter_by(request_id=draw.request).one()
        assert trial.judges[trial.drawn] == row.judge.code
        assert sum(trial.chances) == pytest.approx(1)


# ------------------------------------------------------------------ groups and rates


def test_groups_of_a_case(session, bench, clerks, make, time):
    case = bench.case(clerks[0], price=99_999_99)
    other = bench.case(clerks[0], price=None)
    filer = make.user()
    session.add(
        Filing(
            user_id=filer.id,
            court=bench.court,
            kind=make.kind(),
            state=FilingState.ACCEPTED,
            created_at=time(),
            first_filed_at=time(),
            case=case,
        )
    )
    make.participant_role("plaintiff")
    session.add(
        ParticipantRole(
            code="lawyer", name_ky="а", name_ru="а", name_en="lawyer", side=0, **make._sourced()
        )
    )
    session.flush()
    copies = [make.person(pin="21503198500017") for _ in range(2)]
    unknown = make.person(pin=None)
    for one, person in ((case, copies[0]), (other, copies[1]), (other, unknown)):
        ordinal = session.query(Participant).filter_by(case_id=one.id).count() + 1
        session.add(
            Participant(
                case_id=one.id,
                person_id=person.id,
                role_code="lawyer",
                ordinal=ordinal,
                since=START,
            )
        )
        session.flush()
    bench.draw(case)
    bench.count += 1
    bench.draw(other)
    span = material.span_of(session, 2026)
    first, second = material.draws_of(session, bench.court.id, span)
    hour = case.registered_at.astimezone(BISHKEK).hour
    assert first.groups == {
        WatchAttribute.ALL: ("",),
        WatchAttribute.CATEGORY: ("loan",),
        WatchAttribute.PRICE: ("0",),
        WatchAttribute.CLERK: (str(clerks[0].id),),
        WatchAttribute.REPRESENTATIVE: (str(copies[0].id),),
        WatchAttribute.ACCOUNT: (str(filer.id),),
        WatchAttribute.HOUR: (f"{hour:02d}",),
    }
    same, alone = second.groups[WatchAttribute.REPRESENTATIVE]
    assert {same, alone} == {str(copies[0].id), str(unknown.id)}
    assert second.groups[WatchAttribute.ACCOUNT] == ()
    assert second.groups[WatchAttribute.PRICE] == ("none",)


@pytest.mark.parametrize(
    ("som", "band"),
    [(99_999, "0"), (100_000, "100000"), (999_999, "100000"), (10_000_000, "10000000")],
)
def test_bands_of_prices(som, band):
    assert material.price_band(som * 100) == band


def test_a_panel_counts_every_seat(session, bench, clerks):
    bench.draw(bench.case(clerks[0]), seats=(1_000_000, 300_000, 300_000))
    (draw,) = material.draws_of(session, bench.court.id, material.span_of(session, 2026))
    assert [len(trial.judges) for trial in draw.trials] == [7, 6, 5]
    assert len(draw.falls) == 3


def test_what_happens_beside_the_draw_is_counted_by_clerk(
    session, bench, clerks, make, sessions, outside
):
    """One clerk's cases are linked, drawn again, left to one judge: all of it is compared."""
    turns = [clerks[number % 4] for number in range(200)]
    for number, case in enumerate(bench.cases(turns)):
        request = bench.request(case)
        excluded = {"type": "exclusion", "request": request.id, "judge": "x", "document": "0" * 64}
        bad = number % 4 == 2 and number > 40
        if bad and number % 8 == 2:
            entered = bench.log({"type": "linked", "request": request.plain()}, case)
            facts = {"kind": DrawKind.LINKED, "result_index": entered}
            rows = [bench.row(case, request, entered, **facts)]
        elif bad:
            bench.log(excluded | {"class": "statutory"}, case)
            rows = [
                bench.drawn(case, judges=bench.judges[:1]),
                bench.drawn(case, judges=bench.judges[1:3], attempt=1),
            ]
        elif number == 5:
            entered = bench.log({"type": "manual", "request": request.plain()}, case)
            facts = {"kind": DrawKind.MANUAL, "result_index": entered}
            rows = [bench.row(case, request, entered, **facts)]
        else:
            bench.log(excluded | {"class": "absence"}, case)
            rows = [bench.drawn(case)]
        session.flush()
        session.add_all(rows)
    session.flush()
    jobs.watch(sessions, outside)
    rates = {
        (rate.measure, rate.group_ref): rate
        for rate in session.scalars(
            select(WatchRate).where(WatchRate.attribute == WatchAttribute.CLERK)
        )
    }
    mine = str(clerks[2].id)
    assert {measure for measure, ref in rates if ref == mine} == {
        WatchMeasure.LINK,
        WatchMeasure.REDRAW,
        WatchMeasure.EXCLUSION,
        WatchMeasure.NO_DRAW,
    }
    excluded = rates[WatchMeasure.EXCLUSION, mine]
    assert (excluded.cases, excluded.events) == (50, 20)
    assert excluded.p_value < 1e-6
    assert excluded.expected < 1
    found = {alarm.measure for alarm in alarms(session) if alarm.group_ref == mine}
    assert {WatchMeasure.EXCLUSION, WatchMeasure.NO_DRAW, WatchMeasure.REDRAW} <= found
    whole = service.court_rates(session, 2026)[bench.court]
    assert whole[WatchMeasure.MANUAL].events == 1
    assert whole[WatchMeasure.LINK].events == 20
    by_hand = service.by_hand(session, material.span_of(session, 2026))
    assert [row.kind for row in by_hand] == [DrawKind.MANUAL]


def test_a_clerk_of_a_small_court_is_compared_with_the_country(time):
    def court(name, cases, linked):
        groups = {WatchAttribute.ALL: ("",), WatchAttribute.CLERK: (name,)}
        matters = [
            monitors.Matter(
                index=number + 1,
                at=time(),
                request=f"{name}-{number}",
                events=frozenset({WatchMeasure.LINK} if number < linked else ()),
                groups=groups,
            )
            for number in range(cases)
        ]
        return monitors.tallies_of(matters, {})

    courts = [court("small", 30, 12), court("large", 2000, 20)]
    country = monitors.country_of(courts)
    assert country[WatchMeasure.LINK] == (32, 2030)
    rates = {rate.watched: rate for rate in monitors.rates_of(courts[0], country)}
    rate = rates[WatchMeasure.LINK, WatchAttribute.CLERK, "small"]
    assert rate.expected == pytest.approx(30 * 21 / 2002)
    assert rate.found.observed == 12
    whole = rates[WatchMeasure.LINK, WatchAttribute.ALL, ""]
    assert (whole.events, whole.found) == (12, None)
    other = {rate.watched: rate for rate in monitors.rates_of(courts[1], country)}
    assert other[WatchMeasure.LINK, WatchAttribute.CLERK, "large"].found is None


def test_a_link_that_was_undone_is_no_link(session, bench, clerks):
    case = bench.case(clerks[0])
    request = bench.request(case)
    entered = bench.log({"type": "linked", "request": request.plain()}, case)
    linked = bench.row(case, request, entered, kind=DrawKind.LINKED, result_index=entered)
    drawn = bench.drawn(case, attempt=1)
    drawn.request_id += "-again"
    session.flush()
    session.add_all([linked, drawn])
    session.flush()
    span = material.span_of(session, 2026)
    (matter,) = material.matters_of(session, bench.court.id, span, set())
    assert (matter.index, matter.events) == (entered, frozenset())


def test_a_case_of_last_year_that_is_drawn_again(session, bench, clerks):
    bench.draw(bench.case(clerks[0]), attempt=1)
    span = material.span_of(session, 2026)
    (matter,) = material.matters_of(session, bench.court.id, span, set())
    assert matter.events == {WatchMeasure.REDRAW}


# ------------------------------------------------------------------ the pages


@pytest.fixture
def reader(auditor, sign_in):
    visitor = sign_in(auditor)
    visitor.get("/language/en")
    return visitor


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


def test_the_auditor_reads_an_alarm_and_settles_it(session, bench, stolen, reader, auditor):
    found = next(one for one in alarms(session) if one.attribute is WatchAttribute.CLERK)
    told = (
        f"{bench.court.name_en}: cases registered by {stolen.display_name} went to judge"
        f" {bench.judges[3].full_name} more often than their chances allow:"
        f" {found.observed} of 40, where {found.expected:.1f} were expected."
    )
    assert "Alarms of the fairness watch" in text_of(reader.get("/home"))
    page = text_of(reader.get("/watch"))
    assert told in page
    assert "A fair draw shows this less than once in" in page
    address = f"/watch/{found.key}"
    page = text_of(reader.get(address))
    assert told in page
    assert "<polyline" in page
    assert "The alarm went off here." in page
    assert f"/draws/{found.picture['requests'][-1]}" in page
    assert reader.post(address, data={}).status_code == 422
    assert reader.post(address, data={"note": "explained"}).status_code == 303
    (settled,) = [one for one in alarms(session) if one.settled_at]
    assert (settled.note, settled.settled_by_id) == (AlarmNote.EXPLAINED, auditor.id)
    again = reader.post(address, data={"note": "chance"})
    assert again.status_code == 422
    session.expire_all()
    assert settled.note is AlarmNote.EXPLAINED
    assert "There is an honest reason" in text_of(reader.get("/watch"))
    assert "This alarm is settled" in text_of(reader.get(address))


def test_the_report_of_a_year(session, bench, clerks, stolen, reader):
    page = text_of(reader.get("/watch/years/2026"))
    assert "Clerk who registered the case" in page
    lines = service.year_report(session, 2026)
    clerk = next(one for one in lines if one.figure.attribute is WatchAttribute.CLERK)
    assert clerk.adjusted >= clerk.figure.p_value
    assert clerk.adjusted < 0.01
    assert "not chance" in page
    assert reader.get("/watch/years/2019").status_code == 404
    page = text_of(reader.get("/watch/rates"))
    assert bench.court.name_en in page


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_every_page_in_every_language(session, bench, clerks, stolen, reader, language):
    reader.get(f"/language/{language}")
    for alarm in alarms(session):
        text_of(reader.get(f"/watch/{alarm.key}"))
    for address in ("/watch", "/watch/rates", "/watch/years/2026", "/draws-watch"):
        text_of(reader.get(address))


def test_sentences_for_every_measure_and_attribute(session, bench, clerks, stolen, reader):
    first = alarms(session)[0]
    refs = {
        WatchAttribute.ALL: "",
        WatchAttribute.CATEGORY: "loan",
        WatchAttribute.PRICE: "100000",
        WatchAttribute.HOUR: "09",
    }
    made = [
        FairnessAlarm(
            court=bench.court,
            measure=measure,
            attribute=attribute,
            group_ref=refs.get(attribute, str(stolen.id)),
            judge_id=first.judge_id,
            since_index=900,
            crossed_index=901,
            crossed_at=first.crossed_at,
            seen_index=902,
            raised_at=first.raised_at,
            draws=40,
            observed=0,
            expected=6.0,
            evidence=7.0,
            highest=7.0,
            confirmed=False,
            picture={"path": [], "judges": [], "requests": []},
        )
        for measure in WatchMeasure
        for attribute in WatchAttribute
    ]
    kept = {"id", "key", "group_ref", "attribute", "court_id"}
    names = {column.key for column in FairnessAlarm.__mapper__.columns} - kept
    made += [
        FairnessAlarm(
            **{name: getattr(made[0], name) for name in names},
            court_id=bench.court.id,
            attribute=WatchAttribute.PRICE,
            group_ref=ref,
        )
        for ref in ("none", "0", "10000000")
    ]
    session.add_all(made)
    session.flush()
    page = text_of(reader.get("/watch"))
    assert "less often than their chances allow: 0 of 40, where 6.0 were expected." in page
    assert "claims from 100,000 to 1,000,000 som" in page
    assert "claims of 10,000,000 som and more" in page
    assert "cases without a price" in page
    assert "less than once in a million watches" in page
    assert "unusually often" in page
    assert "Open the cases listed below" in text_of(reader.get(f"/watch/{made[-20].key}"))


def test_nothing_private_is_public(session, bench, stolen, client, make, sign_in):
    client.get("/language/en")
    page = text_of(client.get("/draws-watch"))
    assert "Draws of this year: 160; courts: 1;" in page
    assert bench.court.name_en in page
    assert stolen.display_name not in page
    for judge in bench.judges:
        assert judge.full_name not in page
    summary = service.last_watch(session)
    assert summary.alarms == len(alarms(session)) == sum(count for _, count in summary.places)


def test_only_the_auditor_sees_the_watch(session, stolen, client, make, sign_in):
    key = alarms(session)[0].key
    pages = ("/watch", "/watch/rates", "/watch/years/2026")
    for role in (RoleCode.CLERK, RoleCode.CHAIR, RoleCode.ARCHIVIST, RoleCode.ADMINISTRATOR):
        visitor = sign_in(make.staff(role))
        assert {visitor.get(page).status_code for page in pages} == {403}
        assert visitor.get(f"/watch/{key}").status_code == 404
        assert visitor.post(f"/watch/{key}", data={"note": "chance"}).status_code == 404
    assert {client.get(page).status_code for page in pages} == {303}
    assert "Fairness watch" not in text_of(client.get("/?lang=en"))


def test_before_the_first_night(reader, client):
    client.get("/language/en")
    assert "has not run yet" in text_of(client.get("/draws-watch"))
    assert "has not run yet" in text_of(reader.get("/watch"))
    assert "has not run yet" in text_of(reader.get("/watch/rates"))


def test_the_picture_of_the_evidence():
    assert pictures.picture_of([]) is None
    path = [(number, -1.5 + number * 0.05) for number in range(1, 101)]
    picture = pictures.picture_of(path)
    assert picture.draws == 100
    assert [row.draws for row in picture.rows] == [1, 50, 70, 90, 100]
    assert [row.draws for row in picture.rows if row.alarm] == [70]
    assert picture.steps[0][0] == -2
    assert all(pictures.TOP <= y <= picture.bottom for _, y in picture.steps)
    assert picture.crossing[1] <= picture.alarm_y
    steep = pictures.picture_of([(number, number * 1.0) for number in range(1, 40)])
    assert steep.steps[-1] == (pictures.MOST, pictures.TOP)
    assert steep.line.endswith(f"{picture.right:.1f},{pictures.TOP:.1f}")
    assert [row.draws for row in steep.rows] == [1, 2, 3, 4, 5, 6, 39]
