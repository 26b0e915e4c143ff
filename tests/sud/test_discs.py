"""Discs: handed in or laid into the drop folder, read, linked by a person, told of in a report."""

import io
import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, TestResponse

from recordings.bucket import BucketStore
from recordings.shelf import verify
from sud.access import Actor
from sud.accounts.service import actor_of
from sud.db import Sessions
from sud.discs import dropping, jobs, shelf_list
from sud.discs import service as discs
from sud.discs.grouping import Sent, discs_of
from sud.discs.shelf_list import Fault
from sud.models import (
    AsideReason,
    Disc,
    DiscOrigin,
    DiscProblem,
    DiscState,
    DiscTitle,
    Hearing,
    HearingState,
    JournalLine,
    Recording,
    RecordingState,
    RoleCode,
    ShelfList,
    StreamKey,
    TitleUse,
    User,
    Verdict,
)
from sud.outside import Outside
from tests.builders import Make
from tests.conftest import MONDAY, Time
from tests.recordings.discs import GOOD
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]
VOB = GOOD / "VIDEO_TS" / "VTS_01_1.VOB"
"""Ten seconds: the shortest recording that is no test of the camera."""


@pytest.fixture
def hearing(make: Make) -> Hearing:
    return make.hearing(make.case(judge=make.judge()), starts=MONDAY - timedelta(hours=1))


@pytest.fixture
def clerk(make: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(make.staff(RoleCode.CLERK))


@pytest.fixture
def archivist(make: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(make.staff(RoleCode.ARCHIVIST))


@pytest.fixture
def drop(outside: Outside, time: Time) -> Path:
    """The drop folder, a minute after whatever the test lays into it: its files are of today."""
    time.now = max(time.now, datetime.now(UTC) + timedelta(minutes=1))
    outside.drop_folder.mkdir()
    return outside.drop_folder


@pytest.fixture
def work(sessions: Sessions, outside: Outside) -> Callable[[], list[str]]:
    """Do the jobs of this room in their order; conversions stay where they are."""

    def run() -> list[str]:
        ran: list[str] = []
        while True:
            with sessions() as session, session.begin():
                row = session.execute(
                    text(
                        "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT id FROM"
                        " procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'discs.%'"
                        " ORDER BY id LIMIT 1) RETURNING id, task_name, args"
                    )
                ).first()
            if row is None:
                return ran
            jobs.JOBS[row.task_name](sessions, outside, **row.args)
            with sessions() as session, session.begin():
                session.execute(
                    text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = :id"),
                    {"id": row.id},
                )
            ran.append(row.task_name)

    return run


def press(client: FlaskClient, path: str, **data: Any) -> TestResponse:
    return client.post(path, data={"once": str(uuid.uuid4()), **data})


def send(client: FlaskClient, hearing: Hearing, *files: tuple[str, bytes]) -> TestResponse:
    builder = EnvironBuilder(
        path=f"/hearings/{hearing.key}/discs",
        method="POST",
        data={
            "once": str(uuid.uuid4()),
            "disc": [(io.BytesIO(data), name) for name, data in files],
        },
        content_type="multipart/form-data",
    )
    environ = builder.get_environ()
    try:
        return client.open(environ)
    finally:
        environ["wsgi.input"].close()  # a file, where much is sent


def vob(name: str = "a.vob", tail: bytes = b"") -> tuple[str, bytes]:
    """The recording; with a tail it is another disc."""
    return name, VOB.read_bytes() + tail


def all_discs(session: Session) -> list[Disc]:
    session.expire_all()
    return list(session.scalars(select(Disc).order_by(Disc.id)).unique())


def titles(session: Session, disc: Disc) -> list[DiscTitle]:
    return list(
        session.scalars(
            select(DiscTitle).where(DiscTitle.disc_id == disc.id).order_by(DiscTitle.number)
        )
    )


def add_disc(session: Session, hearing: Hearing | None = None, **facts: Any) -> Disc:
    """A disc that was read, with one title that waits; no file behind it."""
    defaults = {
        "origin": DiscOrigin.FOLDER,
        "state": DiscState.READ,
        "name": "Диск 7",
        "size": 948_224,
        "sha256": uuid.uuid4().hex * 2,
        "hearing": hearing,
        "handed_in_at": MONDAY,
        "read_at": MONDAY,
    }
    disc = Disc(**defaults | facts)
    session.add(disc)
    session.flush()
    add_title(session, disc)
    return disc


def add_title(session: Session, disc: Disc, number: int = 1, **facts: Any) -> DiscTitle:
    defaults = {"kind": "hearing", "seconds": 3600.0, "sounds": 1, "chapters": 3}
    title = DiscTitle(disc_id=disc.id, number=number, **defaults | facts)
    session.add(title)
    session.flush()
    return title


def who(session: Session, user: User) -> Actor:
    return actor_of(session, user, MONDAY)


# ------------------------------------------------------------------ which files are one disc


def bundles(*names: str) -> list[tuple[str, int]]:
    sent = [Sent(name=name, stream=io.BytesIO()) for name in names]
    return [(one.name, len(one.files)) for one in discs_of(sent)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.iso"], [("a.iso", 1)]),
        (["a.iso", "b.iso"], [("a.iso", 1), ("b.iso", 1)]),
        (["VIDEO_TS.IFO", "VTS_01_1.VOB", "vts_01_2.vob"], [("VIDEO_TS", 3)]),
        (["VTS_01_1.VOB"], [("VTS_01_1.VOB", 1)]),
        (["VTS_01_1.VOB", "film.avi", "VTS_01_2.VOB"], [("VIDEO_TS", 2), ("film.avi", 1)]),
        (["Диск 1/VIDEO_TS/VTS_01_1.VOB", "Диск 1/VIDEO_TS/VIDEO_TS.IFO"], [("Диск 1", 2)]),
        (["1/VIDEO_TS/VTS_01_1.VOB", "2/VIDEO_TS/VTS_01_1.VOB"], [("1", 1), ("2", 1)]),
        (["VTS_01_1.VOB", "VTS_01_1.VOB"], [("VTS_01_1.VOB", 1), ("VTS_01_1.VOB", 1)]),
        (["..\\..\\a\\b.avi"], [("a", 1)]),
    ],
)
def test_files_are_grouped_into_discs(names: list[str], expected: list[tuple[str, int]]) -> None:
    assert bundles(*names) == expected


# ------------------------------------------------------------------ lists of shelves


def test_a_list_is_read_in_every_language_and_spelling() -> None:
    line = {"name": "Диск 1", "case": "ГД-12/26-Т5", "day": date(2026, 3, 12), "part": 2}
    for text_, encoding in (
        ("Name;Case number;Hearing date;Part\nДиск 1;ГД-12/26-Т5;12.03.2026;2\n", "utf-8"),
        ("Имя,Номер дела,Дата,Часть\nДиск 1,ГД-12/26-Т5,2026-03-12,2\n", "utf-8-sig"),
        ("АТЫ;Иштин номери;Күнү;Бөлүк\r\nДиск 1;ГД-12/26-Т5;12/3/26;2\r\n", "utf-8"),
        ("Диск;Дело;Дата заседания;Часть;Чужое\nДиск 1;ГД-12/26-Т5;12.03.2026 г.;2;?\n", "cp1251"),
        ("name\tcase\tdate\tpart\nДиск 1\tГД-12/26-Т5\t12.03.2026\t2\n", "utf-16"),
    ):
        told = shelf_list.read(text_.encode(encoding))
        assert told.faults == ()
        (one,) = told.lines
        assert {name: getattr(one, name) for name in line} == line
        assert one.line == 2


@pytest.mark.parametrize(
    ("text_", "faults"),
    [
        ("", [(1, Fault.EMPTY)]),
        ("name;case\n", [(1, Fault.EMPTY)]),
        ("case;date\n1;2\n", [(1, Fault.NO_NAME_COLUMN)]),
        ("name;path\n1;2\n", [(1, Fault.COLUMN_TWICE)]),
        (
            'name;date;part\na;31.02.2026;1\n;;1\n\n"b\nc";;x\nA;;\n',
            [
                (2, Fault.DAY_UNREADABLE),
                (3, Fault.NAME_MISSING),
                (5, Fault.PART_UNREADABLE),
                (7, Fault.NAME_TWICE),
            ],
        ),
        ("name\n" + "a\n" * 5001, [(5001, Fault.TOO_LONG)]),
        ("name;\0\n", [(1, Fault.UNREADABLE)]),
    ],
)
def test_wrong_lines_are_told_by_number_and_nothing_is_taken(
    text_: str, faults: list[tuple[int, Fault]]
) -> None:
    told = shelf_list.read(text_.encode())
    assert [(one.line, one.fault) for one in told.faults] == faults


def test_a_line_is_found_by_the_path_or_the_last_name() -> None:
    lines_ = [{"name": "tls-tls\\Диск 1"}, {"name": "Диск 1"}, {"name": "Полка 4/2.iso"}]
    assert shelf_list.line_of(lines_, "TLS-TLS/диск 1") == lines_[0]
    assert shelf_list.line_of(lines_, "elsewhere/Диск 1") == lines_[1]
    assert shelf_list.line_of(lines_, "2.iso") is None
    assert shelf_list.line_of(lines_, "/Полка 4/2.ISO/") == lines_[2]


# ------------------------------------------------------------------ handing in


def test_a_disc_of_a_hearing_is_kept_read_and_linked_by_itself(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    bucket: BucketStore,
    work: Callable[[], list[str]],
) -> None:
    assert 'name="disc"' in clerk.get(f"/hearings/{hearing.key}/discs").text
    files = [(path.name, path.read_bytes()) for path in sorted((GOOD / "VIDEO_TS").iterdir())]
    answer = send(clerk, hearing, *files)
    (disc,) = all_discs(session)
    assert answer.location == f"/discs/{disc.key}"
    assert (disc.state, disc.name, disc.origin) == (DiscState.KEPT, "VIDEO_TS", DiscOrigin.SENT)
    assert (disc.court_id, disc.hearing_id) == (hearing.case.court_id, hearing.id)
    assert disc.size == sum(len(data) for _, data in files)
    assert verify(bucket, disc.sha256 or "") == ()
    waiting = clerk.get(answer.location)
    assert 'http-equiv="refresh"' in waiting.text
    assert f"/discs/{disc.key}/cancel" in waiting.text

    assert work() == ["discs.read"]
    (disc,) = all_discs(session)
    assert disc.state is DiscState.READ
    found = titles(session, disc)
    assert [(one.kind, one.use, round(one.seconds)) for one in found] == [
        ("hearing", TitleUse.LINKED, 10),
        ("test", TitleUse.SET_ASIDE, 3),
    ]
    assert found[1].reason is AsideReason.TEST
    recording = session.scalars(select(Recording)).one()
    assert (recording.hearing_id, recording.disc_id, recording.title) == (hearing.id, disc.id, 1)
    picture = clerk.get(f"/discs/{disc.key}/titles/1/picture")
    assert picture.data[:2] == b"\xff\xd8"
    assert clerk.get(f"/discs/{disc.key}/titles/9/picture").status_code == 404
    page = clerk.get(answer.location)
    assert f"/recordings/{recording.key}" in page.text
    assert "refresh" not in page.text
    told = [line.facts for line in journalled(session, "disc:run")]
    assert [fact["titles"] for fact in told] == [2]
    assert "name" not in str([line.facts for line in journalled(session)])


def test_several_discs_at_once_are_parts_in_their_order(
    clerk: FlaskClient, hearing: Hearing, session: Session, work: Callable[[], list[str]]
) -> None:
    answer = send(clerk, hearing, vob("1.vob"), vob("2.vob", b"\0" * 2048))
    assert str(hearing.key) in answer.location
    assert work() == ["discs.read"] * 2
    recordings = session.scalars(select(Recording).order_by(Recording.part)).all()
    assert [(one.part, one.disc.name if one.disc else "") for one in recordings] == [
        (1, "1.vob"),
        (2, "2.vob"),
    ]
    assert clerk.get(answer.location).text.count("<tbody>") == 1
    first, second = recordings
    page = clerk.get(f"/hearings/{hearing.key}/parts")
    assert "1.vob" in page.text
    changed = press(
        clerk,
        f"/hearings/{hearing.key}/parts",
        **{f"part_{first.id}": "2", f"part_{second.id}": "1"},
    )
    assert changed.status_code == 303
    session.expire_all()
    assert (first.part, second.part) == (2, 1)


def test_the_same_disc_again_is_kept_once_and_said_so(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    bucket: BucketStore,
    work: Callable[[], list[str]],
) -> None:
    send(clerk, hearing, vob())
    work()
    before = [facts.key for facts in bucket.list("masters/")]
    send(clerk, hearing, vob("again.vob"))
    assert work() == ["discs.read"]
    first, second = all_discs(session)
    assert [facts.key for facts in bucket.list("masters/")] == before
    assert (second.copy_of_id, second.sha256) == (first.id, first.sha256)
    assert f'href="/discs/{first.key}"' in clerk.get(f"/discs/{second.key}").text
    (title,) = titles(session, second)
    assert (title.use, title.reason) == (TitleUse.SET_ASIDE, AsideReason.DUPLICATE)
    assert len(session.scalars(select(Recording)).all()) == 1
    assert press(clerk, f"/discs/{second.key}/titles/1/back").status_code == 303
    assert title_use(session, second) is TitleUse.OPEN


def title_use(session: Session, disc: Disc, number: int = 1) -> TitleUse:
    session.expire_all()
    return next(one.use for one in titles(session, disc) if one.number == number)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7" * 99, b"<html>" * 99])
def test_what_nobody_meant_to_hand_in_is_refused_at_once(
    clerk: FlaskClient, hearing: Hearing, session: Session, bucket: BucketStore, data: bytes
) -> None:
    before = [facts.key for facts in bucket.list("masters/")]
    answer = send(clerk, hearing, ("paper", data))
    assert answer.status_code == 422
    assert 'href="#disc"' in answer.text
    assert all_discs(session) == []
    assert [facts.key for facts in bucket.list("masters/")] == before
    assert send(clerk, hearing).status_code == 422


def test_too_much_is_refused_and_a_cancelled_hearing_takes_nothing(
    app: Any, config: Any, clerk: FlaskClient, hearing: Hearing, session: Session
) -> None:
    house = app.extensions["sud"]
    app.extensions["sud"] = replace(house, config=replace(config, recording_limit_bytes=100_000))
    answer = send(clerk, hearing, vob("large.vob"))
    assert answer.status_code == 422
    assert "large.vob" in answer.text
    app.extensions["sud"] = house
    hearing.state = HearingState.CANCELLED
    session.commit()
    assert send(clerk, hearing, vob()).status_code == 422
    assert all_discs(session) == []


# ------------------------------------------------------------------ the drop folder


def test_the_drop_folder(
    drop: Path,
    make: Make,
    archivist: FlaskClient,
    session: Session,
    sessions: Sessions,
    outside: Outside,
    work: Callable[[], list[str]],
) -> None:
    court = make.court()
    shutil.copytree(GOOD, drop / court.code / "Диск 14")
    (drop / "letter.pdf").write_bytes(b"%PDF-1.7" * 99)
    (drop / "empty").mkdir()
    (drop / "half.iso.part").write_bytes(b"x")
    (drop / "gone.vob").write_bytes(vob()[1])
    jobs.scan_drop(sessions, outside)
    jobs.scan_drop(sessions, outside)
    (drop / "gone.vob").unlink()
    assert work().count("discs.take_in") == 4
    by_name = {disc.name: disc for disc in all_discs(session)}
    assert {name: (disc.state, disc.problem) for name, disc in by_name.items()} == {
        "Диск 14": (DiscState.READ, None),
        "letter.pdf": (DiscState.FAILED, DiscProblem.NOT_A_DISC),
        "empty": (DiscState.FAILED, DiscProblem.EMPTY),
        "gone.vob": (DiscState.GONE, None),
    }
    disc = by_name["Диск 14"]
    assert (disc.court_id, disc.place) == (court.id, None)
    assert [place.name for place in (drop / dropping.TAKEN).iterdir()] == [f"{disc.key}-Диск 14"]
    assert [one.use for one in titles(session, disc)] == [TitleUse.OPEN, TitleUse.SET_ASIDE]
    page = archivist.get("/discs")
    assert page.text.count("/discs/") >= 3
    for name in ("Диск 14", "letter.pdf", "empty"):
        assert name in page.text
    assert "gone.vob" not in page.text
    (drop / "letter.pdf").unlink()
    jobs.scan_drop(sessions, outside)
    assert all_discs(session)[by_name["letter.pdf"].id - by_name["Диск 14"].id] is not None
    states = {one.name: one.state for one in all_discs(session)}
    assert states["letter.pdf"] is DiscState.GONE


def test_a_disc_that_still_grows_is_left_alone(
    drop: Path, session: Session, sessions: Sessions, outside: Outside, time: Time
) -> None:
    place = shutil.copytree(GOOD, drop / "disc")
    written = max(path.stat().st_ctime for path in place.rglob("*"))
    time.now = datetime.fromtimestamp(written + 10, UTC)
    jobs.scan_drop(sessions, outside)
    assert all_discs(session) == []
    time.now += timedelta(seconds=15)
    jobs.scan_drop(sessions, outside)
    assert [disc.state for disc in all_discs(session)] == [DiscState.ARRIVED]


def test_a_folder_that_may_only_be_read_gives_its_disc_once(
    drop: Path,
    session: Session,
    sessions: Sessions,
    outside: Outside,
    work: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (drop / "a.vob").write_bytes(vob()[1])

    def may_not(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(dropping.shutil, "move", may_not)
    for _ in range(2):
        jobs.scan_drop(sessions, outside)
        work()
    (disc,) = all_discs(session)
    assert (disc.state, disc.place) == (DiscState.READ, "a.vob")
    monkeypatch.undo()
    jobs.scan_drop(sessions, outside)
    assert all_discs(session)[0].place is None
    assert not (drop / "a.vob").exists()


def test_without_a_drop_folder_nothing_happens(sessions: Sessions, outside: Outside) -> None:
    jobs.scan_drop(sessions, outside)


# ------------------------------------------------------------------ live from a courtroom


def test_what_a_courtroom_sent_is_noted_once_with_its_hearing(
    session: Session,
    sessions: Sessions,
    outside: Outside,
    bucket: BucketStore,
    hearing: Hearing,
) -> None:
    key = StreamKey(courtroom_id=hearing.courtroom_id, digest="d" * 64, made_at=MONDAY)
    session.add(key)
    session.commit()
    place = f"live/hall-2/{uuid.uuid4().hex}/"
    told = {
        "name": "hall-2",
        "session": "s",
        "key_sha256": key.digest,
        "began_at": (hearing.starts_at - timedelta(minutes=5)).isoformat(),
        "ended_at": hearing.ends_at.isoformat(),
        "runs": [],
    }
    bucket.put(f"{place}capture.json", io.BytesIO(json.dumps(told).encode()))
    for _ in range(2):
        jobs.scan_drop(sessions, outside)
    (disc,) = [one for one in all_discs(session) if one.place == place]
    assert (disc.origin, disc.state) == (DiscOrigin.CAPTURE, DiscState.ARRIVED)
    assert (disc.hearing_id, disc.court_id) == (hearing.id, hearing.case.court_id)
    bucket.remove(f"{place}capture.json")


# ------------------------------------------------------------------ workers that die, a store away


def test_work_that_is_called_off_stops_and_is_taken_up_again(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    sessions: Sessions,
    outside: Outside,
    work: Callable[[], list[str]],
) -> None:
    send(clerk, hearing, vob())
    (disc,) = all_discs(session)
    assert press(clerk, f"/discs/{disc.key}/hurry").status_code == 303
    assert press(clerk, f"/discs/{disc.key}/cancel").status_code == 303
    watch = jobs.Telling(
        sessions=sessions,
        outside=outside,
        disc_id=disc.id,
        state=DiscState.KEPT,
        steps=(jobs.Step.READ,),
        begun_at=MONDAY,
    )
    with pytest.raises(jobs.CalledOffError):
        watch(jobs.Progress(step=jobs.Step.READ, share=0.5))
    assert work() == ["discs.read"]  # finds nothing to do
    assert all_discs(session)[0].state is DiscState.CANCELLED
    assert press(clerk, f"/discs/{disc.key}/cancel").status_code == 422
    assert press(clerk, f"/discs/{disc.key}/retry").status_code == 303
    work()
    assert all_discs(session)[0].state is DiscState.READ
    assert session.scalars(select(Recording)).one().urgent


def test_progress_is_told_with_the_time_left(
    make: Make, session: Session, sessions: Sessions, outside: Outside, time: Time
) -> None:
    disc = add_disc(session, state=DiscState.ARRIVED)
    session.commit()
    watch = jobs.Telling(
        sessions=sessions,
        outside=outside,
        disc_id=disc.id,
        state=DiscState.ARRIVED,
        steps=(jobs.Step.READ, jobs.Step.KEEP),
        begun_at=time.now,
    )
    time.now += timedelta(seconds=60)
    watch(jobs.Progress(step=jobs.Step.KEEP, share=0.5))
    session.expire_all()
    assert (disc.progress, disc.seconds_left) == (75, 20)


def test_a_disc_that_kills_its_workers_waits_for_a_person(
    clerk: FlaskClient,
    hearing: Hearing,
    session: Session,
    sessions: Sessions,
    outside: Outside,
) -> None:
    send(clerk, hearing, vob())
    (disc,) = all_discs(session)
    for _ in range(jobs.ATTEMPTS):  # each claims it and dies
        assert jobs._claim(sessions, outside, str(disc.key), DiscState.KEPT)
    jobs.read(sessions, outside, disc=str(disc.key))
    (disc,) = all_discs(session)
    assert (disc.state, disc.problem) == (DiscState.FAILED, DiscProblem.READER_FAILED)
    assert f"/discs/{disc.key}/retry" in clerk.get(f"/discs/{disc.key}").text
    assert press(clerk, f"/discs/{disc.key}/retry").status_code == 303
    jobs.read(sessions, outside, disc=str(disc.key))
    jobs.read(sessions, outside, disc=str(disc.key))  # a job that runs again changes nothing
    assert all_discs(session)[0].state is DiscState.READ
    assert len(session.scalars(select(Recording)).all()) == 1


def test_a_store_that_is_away_is_tried_again_and_then_told(
    drop: Path, session: Session, sessions: Sessions, outside: Outside, config: Any
) -> None:
    (drop / "a.vob").write_bytes(vob()[1])
    jobs.scan_drop(sessions, outside)
    (disc,) = all_discs(session)
    away = BucketStore(
        endpoint="127.0.0.1:9", access_key="a", secret_key="b", bucket=config.s3_bucket
    )
    away._client._http.connection_pool_kw["retries"] = 0
    broken = replace(outside, store=away)
    for _ in range(1, jobs.ATTEMPTS):
        with pytest.raises(Exception, match="Error"):
            jobs.take_in(sessions, broken, disc=str(disc.key))
        assert all_discs(session)[0].state is DiscState.ARRIVED
    jobs.take_in(sessions, broken, disc=str(disc.key))
    assert all_discs(session)[0].problem is DiscProblem.STORE_FAILED


def test_what_was_forgotten_is_taken_up(
    clerk: FlaskClient, hearing: Hearing, session: Session, sessions: Sessions, outside: Outside
) -> None:
    send(clerk, hearing, vob())
    session.execute(text("DELETE FROM procrastinate_jobs"))
    session.commit()
    jobs.scan_drop(sessions, outside)
    jobs.scan_drop(sessions, outside)
    queued = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'discs.read'")
    assert session.scalar(queued) == 1


# ------------------------------------------------------------------ proposals


def test_hearings_are_proposed_by_what_is_said_of_the_disc(
    make: Make, session: Session, hearing: Hearing
) -> None:
    clerk = who(session, make.staff(RoleCode.CLERK))
    other = make.hearing(make.case(judge=make.judge()), starts=MONDAY - timedelta(days=2))
    far = make.hearing(make.case(judge=make.judge()), starts=MONDAY - timedelta(days=90))
    elsewhere = make.hearing(make.case(judge=make.judge(make.court("Б9", "OTHER"))))
    said = {"date": "2026-11-23", "case": far.case.number.replace("/", "_")}
    said |= {"courtroom": hearing.courtroom.name.removesuffix("-зал")}
    says = [
        {"what": what, "value": value, "source": "folder", "confidence": 0.9}
        for what, value in said.items()
    ]
    disc = add_disc(session, report={"proposals": says, "titles": []})
    found = discs.candidates(session, clerk, disc, now=MONDAY)
    assert [one.hearing.id for one in found] == [far.id, hearing.id, other.id]
    assert [one.agrees[0].value for one in found] == ["case_number", "same_day", "near_day"]
    assert [one.agrees[-1].value for one in found] == ["case_number", "courtroom", "near_day"]
    asked = discs.candidates(session, clerk, disc, question=other.case.number, now=MONDAY)
    assert [one.hearing.id for one in asked] == [other.id]
    assert discs.candidates(session, clerk, disc, question="no number", now=MONDAY) == []
    assert elsewhere.id not in {one.hearing.id for one in found}
    blank = add_disc(session, name="Диск 8")
    lately = discs.candidates(session, clerk, blank, now=MONDAY)
    assert {one.hearing.id for one in lately} == {hearing.id, other.id}


def test_a_list_makes_one_hearing_certain_and_links_it_with_one_press(
    archivist: FlaskClient, session: Session, hearing: Hearing, make: Make
) -> None:
    disc = add_disc(session, court_id=make.court().id)
    unsure = add_disc(session, name="Диск 8")
    session.commit()
    table = (
        "Диск;Суд;Дело;Дата;Примечание\n"
        f"Диск 7;{hearing.case.court.name_ru};{hearing.case.number};23.11.2026;…\n"
        f"Диск 8;{hearing.case.court.code};{hearing.case.number};24.11.2026;\n"
    )
    answer = archivist.post(
        "/discs/lists",
        data={"once": str(uuid.uuid4()), "table": (io.BytesIO(table.encode()), "shelf.csv")},
    )
    assert answer.status_code == 303
    session.expire_all()
    assert (disc.shelf_facts or {})["case"] == hearing.case.number
    assert unsure.court_id == hearing.case.court_id
    page = archivist.get("/discs")
    assert "/discs/certain" in page.text
    assert hearing.case.number in archivist.get(f"/discs/{disc.key}").text
    assert press(archivist, "/discs/certain").status_code == 303
    recording = session.scalars(select(Recording)).one()
    assert (recording.disc_id, recording.hearing_id) == (disc.id, hearing.id)
    assert title_use(session, unsure) is TitleUse.OPEN
    assert "/discs/certain" not in archivist.get("/discs").text


def test_a_wrong_list_is_told_by_line_and_not_taken(
    clerk: FlaskClient, session: Session, make: Make
) -> None:
    disc = add_disc(session, court_id=make.court().id)
    make.court("Б9", "OTHER")
    session.commit()
    table = "Диск;Суд;Дело;Часть\nДиск 7;TLS-TLS;1/26;\n9;OTHER;;\n10;Марс;;\n11;;иш;\n12;;;x\n"
    answer = clerk.post(
        "/discs/lists",
        data={"once": str(uuid.uuid4()), "table": (io.BytesIO(table.encode()), "shelf.csv")},
    )
    assert answer.status_code == 303
    kept = session.scalars(select(ShelfList)).one()
    assert [(one["line"], one["fault"]) for one in kept.faults] == [
        (3, "court_not_yours"),
        (4, "court_unknown"),
        (5, "case_unreadable"),
        (6, "part_unreadable"),
    ]
    assert kept.lines == []
    session.expire_all()
    assert disc.shelf_facts is None
    assert "Марс" in clerk.get("/discs").text
    assert press(clerk, "/discs/lists").status_code == 422


def test_a_list_in_the_drop_folder_speaks_of_discs_before_and_after_it(
    drop: Path, session: Session, sessions: Sessions, outside: Outside, make: Make
) -> None:
    court = make.court()
    (drop / court.code).mkdir()
    (drop / court.code / "1.vob").write_bytes(vob()[1])
    jobs.scan_drop(sessions, outside)
    (drop / court.code / "shelf.csv").write_bytes("аты;иш\n1.vob;12/26\n2.vob;13/26\n".encode())
    jobs.scan_drop(sessions, outside)
    (drop / court.code / "2.vob").write_bytes(vob(tail=b"\0" * 2048)[1])
    jobs.scan_drop(sessions, outside)
    said = {disc.name: (disc.shelf_facts or {}).get("case") for disc in all_discs(session)}
    assert said == {"1.vob": "12/26", "2.vob": "13/26"}
    assert len(session.scalars(select(ShelfList)).all()) == 1


# ------------------------------------------------------------------ linking


def test_several_titles_go_to_several_hearings_in_one_form(
    clerk: FlaskClient, session: Session, hearing: Hearing, make: Make
) -> None:
    other = make.hearing(make.case(judge=make.judge()), starts=MONDAY)
    disc = add_disc(session)
    add_title(session, disc, 2)
    add_title(session, disc, 3)
    add_title(session, disc, 4)
    session.commit()
    path = f"/discs/{disc.key}"
    page = clerk.get(path)
    assert page.text.count("<select") == 4
    answer = press(
        clerk,
        path,
        title_1=f"hearing:{hearing.key}",
        title_2=f"hearing:{other.key}",
        title_3="aside:no_hearing",
        title_4="later",
    )
    assert answer.location == path
    session.expire_all()
    assert [(one.use, one.reason) for one in titles(session, disc)] == [
        (TitleUse.LINKED, None),
        (TitleUse.LINKED, None),
        (TitleUse.SET_ASIDE, AsideReason.NO_HEARING),
        (TitleUse.OPEN, None),
    ]
    made = session.scalars(select(Recording).order_by(Recording.title)).all()
    assert [one.hearing_id for one in made] == [hearing.id, other.id]
    assert disc.court_id == hearing.case.court_id
    changes = [line.facts["change"] for line in journalled(session, "disc:link")]
    assert changes == ["linked", "linked", "set_aside"]
    stale = press(clerk, path, title_1=f"hearing:{other.key}", title_4="later")
    assert stale.status_code == 303  # what is decided is asked no more
    assert len(session.scalars(select(Recording)).all()) == 2


def test_parts_stand_as_the_discs_are_numbered(
    session: Session, hearing: Hearing, make: Make, outside: Outside
) -> None:
    clerk = who(session, make.staff(RoleCode.CLERK))
    for part in (2, 3, 1):
        disc = add_disc(session, name=f"Диск {part}", shelf_facts={"part": part})
        (title,) = titles(session, disc)
        discs.link(session, clerk, title, hearing, now=MONDAY, outside=outside)
    ordered = [one.disc.name for one in discs.parts_of(session, hearing) if one.disc]
    assert ordered == ["Диск 1", "Диск 2", "Диск 3"]


def test_a_wrong_link_is_undone_until_somebody_has_played_it(
    clerk: FlaskClient, session: Session, hearing: Hearing, make: Make
) -> None:
    disc = add_disc(session, hearing)
    session.commit()
    path = f"/discs/{disc.key}"
    press(clerk, path, title_1=f"hearing:{hearing.key}")
    recording = session.scalars(select(Recording)).one()
    assert press(clerk, f"{path}/titles/1/undo").status_code == 303
    session.expire_all()
    assert recording.state is RecordingState.UNLINKED
    assert title_use(session, disc) is TitleUse.OPEN
    press(clerk, path, title_1=f"hearing:{hearing.key}")
    second = session.scalars(select(Recording).order_by(Recording.id.desc())).first()
    assert second is not None
    line = JournalLine(
        seq=1 + len(journalled(session)),
        at=MONDAY,
        action="recording:play",
        subject_kind="recordings",
        subject_id=second.id,
        facts={},
        previous=b"",
        digest=b"",
    )
    session.add(line)
    session.commit()
    refused = press(clerk, f"{path}/titles/1/undo")
    assert refused.status_code == 422
    assert "govuk-error-summary" in refused.text
    assert title_use(session, disc) is TitleUse.LINKED


def test_two_people_link_a_title_once(
    session: Session, hearing: Hearing, make: Make, sign_in: SignIn
) -> None:
    disc = add_disc(session)
    session.commit()
    answers = [
        press(sign_in(make.staff(RoleCode.CLERK)), f"/discs/{disc.key}", title_1=said)
        for said in (f"hearing:{hearing.key}", "aside:test")
    ]
    assert [answer.status_code for answer in answers] == [303, 422]
    assert title_use(session, disc) is TitleUse.LINKED


# ------------------------------------------------------------------ who sees which disc


def test_who_sees_a_disc(session: Session, make: Make, outside: Outside) -> None:
    here, there = make.court(), make.court("Б9", "OTHER")
    judge = make.judge(here)
    sealed = make.hearing(make.case(here, judge, sealed=True))
    people = {
        "clerk": make.staff(RoleCode.CLERK, here),
        "archivist": make.staff(RoleCode.ARCHIVIST, here),
        "clerk elsewhere": make.staff(RoleCode.CLERK, there),
        "judge": make.judge_user(judge),
        "chair": make.staff(RoleCode.CHAIR, here),
    }

    def seers(disc: Disc) -> set[str]:
        return {
            name
            for name, user in people.items()
            if discs.disc_of_url(session, who(session, user), disc.key) is not None
        }

    nobodys = add_disc(session)
    ours = add_disc(session, court_id=here.id)
    secret = add_disc(session, sealed, court_id=here.id)
    assert seers(nobodys) == {"clerk", "archivist", "clerk elsewhere"}
    assert seers(ours) == {"clerk", "archivist"}
    assert seers(secret) == {"clerk", "judge"}
    clerk = who(session, people["clerk"])
    (title,) = titles(session, ours)
    discs.link(session, clerk, title, sealed, now=MONDAY, outside=outside)
    assert seers(ours) == {"clerk"}
    discs.undo(session, clerk, title, now=MONDAY)
    assert seers(ours) == {"clerk", "archivist"}


def test_a_disc_is_linked_only_with_a_hearing_of_ones_own_court(
    session: Session, hearing: Hearing, make: Make, sign_in: SignIn
) -> None:
    disc = add_disc(session)
    session.commit()
    elsewhere = sign_in(make.staff(RoleCode.CLERK, make.court("Б9", "OTHER")))
    assert str(hearing.key) not in elsewhere.get(f"/discs/{disc.key}").text
    answer = press(elsewhere, f"/discs/{disc.key}", title_1=f"hearing:{hearing.key}")
    assert answer.status_code == 422
    party = sign_in(make.party(hearing.case))
    assert party.get("/discs").status_code == 403
    assert party.get(f"/discs/{disc.key}").status_code == 404


# ------------------------------------------------------------------ queue and report


def test_the_queue_shows_one_next_step_for_each_disc(
    session: Session, hearing: Hearing, make: Make, archivist: FlaskClient, outside: Outside
) -> None:
    clerk = who(session, make.staff(RoleCode.CLERK))
    add_disc(session, name="waits")
    add_disc(session, name="failed", state=DiscState.FAILED, problem=DiscProblem.ENCRYPTED)
    add_disc(session, name="reading", state=DiscState.KEPT, progress=40, seconds_left=90)
    linked = add_disc(session, name="linked")
    recording = discs.link(
        session, clerk, titles(session, linked)[0], hearing, now=MONDAY, outside=outside
    )
    session.commit()

    def steps(heap: discs.Heap) -> dict[str, str]:
        found = discs.queue(session, clerk, discs.Wanted(heap=heap))
        return {row.disc.name: row.step.value for row in found.rows}

    assert steps(discs.Heap.PERSON) == {"waits": "link", "failed": "look"}
    assert steps(discs.Heap.WORK) == {"reading": "wait", "linked": "wait"}
    recording.state, recording.verdict = RecordingState.READY, Verdict.POOR
    session.commit()
    assert steps(discs.Heap.DONE) == {"linked": "open"}
    recording.state = RecordingState.FAILED
    session.commit()
    assert steps(discs.Heap.PERSON)["linked"] == "recording"
    found = archivist.get("/discs", query_string={"heap": "all", "q": "wait"})
    assert "waits" in found.text
    assert "failed" not in found.text
    assert archivist.get("/discs?heap=work").text.count("40") >= 1
    assert archivist.get("/discs?page=99&heap=nonsense&hearing=x").status_code == 200
    home = archivist.get("/home").text
    assert 'href="/discs"' in home


def test_the_report_counts_by_court_and_month(
    session: Session, hearing: Hearing, make: Make, sign_in: SignIn, outside: Outside
) -> None:
    clerk = who(session, make.staff(RoleCode.CLERK))
    disc = add_disc(session, court_id=make.court().id)
    title = titles(session, disc)[0]
    title.lost_s = 90
    recording = discs.link(session, clerk, title, hearing, now=MONDAY, outside=outside)
    recording.verdict = Verdict.POOR
    add_disc(session, court_id=make.court().id, handed_in_at=MONDAY - timedelta(days=40))
    add_disc(session, court_id=make.court("Б9", "OTHER").id)
    add_disc(session, state=DiscState.GONE, court_id=make.court().id)
    session.commit()
    archivist = sign_in(make.staff(RoleCode.ARCHIVIST))
    told = archivist.get("/discs/report.csv").get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert [line.split(",")[:5] for line in told[1:]] == [
        ["TLS-TLS", "2026-11", "1", "1.00", "90"],
        ["TLS-TLS", "2026-10", "1", "1.00", "0"],
    ]
    assert told[1].split(",")[5:] == ["0", "0", "1", "0", "0", "0"]
    page = archivist.get("/discs/report")
    assert "<svg" in page.text
    everywhere = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    assert "OTHER" in everywhere.get("/discs/report.csv").text
    narrowed = everywhere.get("/discs/report.csv", query_string={"court": "OTHER"}).text
    assert "TLS-TLS" not in narrowed
    assert sign_in(make.staff(RoleCode.CLERK)).get("/discs/report").status_code == 403
