"""The player's page: what is played to whom and for how long, marks, and copies for parties."""

import gzip
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from recordings.bucket import BucketStore
from sud.media import rights, views
from sud.media.forms import milliseconds_of
from sud.media.package import media_type_of, read, spoken
from sud.models import (
    Hearing,
    JournalLine,
    Mark,
    Masking,
    Opening,
    ProposalState,
    Recording,
    RecordingCopy,
    RoleCode,
    User,
)
from tests.builders import Make
from tests.conftest import Time
from tests.sud import packages
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def hearing(make: Make) -> Hearing:
    return make.hearing(make.case(judge=make.judge()))


@pytest.fixture
def ready(session: Session, make: Make, hearing: Hearing, bucket: BucketStore) -> Recording:
    packages.put(bucket)
    made = packages.recording(session, make, hearing)
    session.commit()
    return made


@pytest.fixture
def party(make: Make, hearing: Hearing) -> User:
    return make.party(hearing.case)


@pytest.fixture
def clerk(make: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(make.staff(RoleCode.CLERK))


def page_of(client: FlaskClient, recording: Recording, **more: str) -> TestResponse:
    return client.get(f"/recordings/{recording.key}", query_string=more)


def right_on(page: TestResponse) -> str:
    """The part that is before the name of every file."""
    found = re.search(r'"(/recordings/[^/"]+/[^/"]+/)master\.m3u8"', page.text)
    assert found is not None, page.text[:2000]
    return found[1]


def lines(session: Session, action: str) -> list[JournalLine]:
    session.expire_all()
    return journalled(session, action)


def told(session: Session) -> list[tuple[str, str | None]]:
    return [(one.facts["how"], one.facts.get("form")) for one in lines(session, "recording:play")]


def once(**answers: str) -> dict[str, str]:
    return {"once": str(uuid.uuid4()), **answers}


# ------------------------------------------------------------------ the page


def test_everything_is_there_without_a_script(
    ready: Recording, party: User, sign_in: SignIn
) -> None:
    text = page_of(sign_in(party), ready).text
    assert re.search(r'<a href="[^"]+/sound\.m4a\?download=1" download>', text)
    assert re.search(r'<a href="[^"]+/whole\.mp4\?download=1" download>', text)
    assert re.search(r'<noscript>\s*<p>[^<]+</p>\s*<audio [^>]*src="[^"]+/sound\.m4a"', text)
    assert "Опрос &amp; показания" in text
    assert f"/recordings/{ready.key}?at=1:00" in text
    assert f"/recordings/{ready.key}?at=0:30" in text  # what is lost
    assert 'action="' not in text.split('id="player"')[1]  # a party has nothing to fill in


def test_says_which_original_it_is_and_what_is_lost_of_it(
    ready: Recording, party: User, sign_in: SignIn, session: Session
) -> None:
    ready.disc.sha256 = "cd" * 32
    ready.disc.report = {"titles": [{"number": ready.title, "origin": "ifo"}]}
    session.flush()
    page = page_of(sign_in(party), ready).text
    assert "disc.iso, " in page
    assert "cd" * 32 in page
    assert "Дисктин мазмуну" not in page
    ready.disc.report = {"titles": [{"number": ready.title, "origin": "scan"}]}
    session.flush()
    assert "Дисктин мазмуну" in page_of(sign_in(party), ready).text


def test_a_place_can_be_opened_by_its_time(ready: Recording, party: User, sign_in: SignIn) -> None:
    assert "sound.m4a#t=65.0" in page_of(sign_in(party), ready, at="1:05").text
    assert "#t=" not in page_of(sign_in(party), ready, at="later").text


def test_parts_are_in_order(
    ready: Recording, session: Session, make: Make, hearing: Hearing, clerk: FlaskClient
) -> None:
    later = packages.recording(session, make, hearing, part=3)
    earlier = packages.recording(session, make, hearing, part=2)
    session.commit()
    found = re.findall(r'<a href="/recordings/([0-9a-f-]{36})">', page_of(clerk, ready).text)
    assert found == [str(earlier.key), str(later.key)]
    assert f'"next": "/recordings/{earlier.key}"' in page_of(clerk, ready).text
    assert '"next": ""' in page_of(clerk, later).text


def test_where_speech_is_and_how_it_looks(
    ready: Recording, party: User, sign_in: SignIn, bucket: BucketStore
) -> None:
    client = sign_in(party)
    address = f"/recordings/{ready.key}/speech"
    bucket.remove(f"{packages.PREFIX}judgement.json")  # another's, in the same store
    assert client.get(address).json == {"spoken": []}
    packages.put(bucket, files={"judgement.json": packages.judgement([(1.0, 4.5), (9.0, 12.0)])})
    assert client.get(address).json == {"spoken": [[1.0, 4.5], [9.0, 12.0]]}
    assert re.search(r'<img src="[^"]+/sound\.svg" alt="[^"]+">', page_of(client, ready).text)
    drawn = client.get(f"/recordings/{ready.key}/sound.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert "сүйлөө" in drawn.text
    packages.put(bucket, files={"judgement.json": b'{"version": 99}'})
    assert client.get(f"/recordings/{ready.key}/sound.svg").status_code == 404
    assert spoken(bucket, packages.PREFIX) == []


def test_what_lies_in_a_package(bucket: BucketStore) -> None:
    packages.put(bucket)
    found = read(bucket, packages.PREFIX)
    assert [(one.name, one.playlist, one.chosen) for one in found.sounds] == [
        ("restored", "restored.m3u8", True),
        ("original", "original.m3u8", False),
    ]
    assert [(one.start_s, one.name) for one in found.chapters] == [
        (0.0, "1"),
        (60.0, "Опрос & показания"),
    ]
    assert (found.picture, found.width, found.height) == (True, 768, 576)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("top/0001-ab.m4s", "video/iso.segment"),
        ("a.svg", "image/svg+xml"),
        ("judgement.json", None),
        ("manifest", None),
        ("../x.mp4", None),
        ("a//b.mp4", None),
        ("./a.mp4", None),
        ("ж.mp4", None),
        ("a\n.mp4", None),
        (".mp4", None),
    ],
)
def test_what_is_handed_out_at_all(name: str, kind: str | None) -> None:
    assert media_type_of(name) == kind


# ------------------------------------------------------------------ the right to play


def test_a_right_is_one_sessions(
    ready: Recording, party: User, sign_in: SignIn, make: Make, client: FlaskClient
) -> None:
    mine, mine_elsewhere = sign_in(party), sign_in(party)
    address = right_on(page_of(mine, ready)) + "whole.mp4"
    assert mine.get(address).status_code == 200
    assert mine_elsewhere.get(address).status_code == 404
    assert mine_elsewhere.get(right_on(page_of(mine_elsewhere, ready)) + "whole.mp4").data
    other = make.party(ready.hearing.case, "respondent")
    assert sign_in(other).get(address).status_code == 404
    assert sign_in(make.user()).get(address).status_code == 404
    assert client.get(address).status_code == 303


def test_a_forged_right_is_none(ready: Recording, party: User, sign_in: SignIn) -> None:
    mine = sign_in(party)
    address = right_on(page_of(mine, ready)) + "whole.mp4"
    right = address.split("/")[3]
    name, _, proof = right.partition(".")
    other = "B" if proof[0] == "A" else "A"
    for forged in (f"{name}.{other}{proof[1:]}", f"{other}{name[1:]}.{proof}", name, f"{name}.é"):
        assert mine.get(address.replace(right, forged)).status_code == 404
    for missing in ("else.mp4", "plan.json", "..%2f..%2fwhole.mp4"):
        assert mine.get(address.replace("whole.mp4", missing)).status_code == 404


def test_signing_out_ends_it_on_the_server_too(
    app: Flask, ready: Recording, party: User, sign_in: SignIn
) -> None:
    mine = sign_in(party)
    address = right_on(page_of(mine, ready)) + "whole.mp4"
    kept = mine.get_cookie("sud")
    assert kept is not None
    mine.post("/sign-out", data=once())
    assert mine.get(address).status_code == 303
    thief = app.test_client()
    thief.set_cookie("sud", kept.value)
    assert thief.get(address).status_code == 404


def test_playing_on_keeps_a_right_good_and_nothing_else_does(
    ready: Recording, party: User, sign_in: SignIn, time: Time, session: Session
) -> None:
    mine = sign_in(party)
    address = right_on(page_of(mine, ready)) + "top/0001-ab.m4s"
    for _ in range(5):
        time.now += timedelta(minutes=14)
        assert mine.head(address).status_code == 200
    time.now += timedelta(minutes=15)
    assert mine.get(address).status_code == 404
    again = right_on(page_of(mine, ready)) + "top/0001-ab.m4s"
    assert again != address
    for _ in range(12 * 5):
        time.now += timedelta(minutes=12)
        if mine.head(again).status_code != 200:
            break
    opened = session.scalars(select(Opening).order_by(Opening.id.desc())).first()
    assert opened is not None
    assert opened.until - opened.opened_at == timedelta(hours=12)


def test_a_page_that_is_loaded_anew_is_the_same_opening(
    ready: Recording, party: User, sign_in: SignIn, session: Session, time: Time
) -> None:
    mine = sign_in(party)
    first = right_on(page_of(mine, ready))
    time.now += timedelta(minutes=10)
    assert right_on(page_of(mine, ready)) == first
    time.now += timedelta(minutes=14)
    assert mine.get(first + "master.m3u8").status_code == 200
    assert told(session) == [("opened", None), ("played", "picture")]


def test_rights_tell_nothing_and_fit_one_holder() -> None:
    holder = rights.Holder(recording=uuid.uuid4(), user_id=4711, session="s")
    name = rights.new_name()
    right = rights.write("secret", name, holder)
    assert "4711" not in right
    assert rights.name_of("secret", right, holder) == name
    assert rights.name_of("other", right, holder) is None
    for other in (
        replace(holder, user_id=4712),
        replace(holder, session="t"),
        replace(holder, recording=uuid.uuid4()),
    ):
        assert rights.name_of("secret", right, other) is None


# ------------------------------------------------------------------ what is on record


def test_each_opening_play_and_download_is_on_record_and_shown(
    ready: Recording, party: User, sign_in: SignIn, session: Session, hearing: Hearing
) -> None:
    mine = sign_in(party)
    base = right_on(page_of(mine, ready))
    assert told(session) == [("opened", None)]
    mine.get(base + "waveform.svg")
    mine.head(base + "master.m3u8")
    assert len(told(session)) == 1
    mine.get(base + "restored.m3u8")
    mine.get(base + "master.m3u8")
    mine.get(base + "whole.mp4", headers={"Range": "bytes=0-"})
    assert told(session)[1:] == [("played", "sound")]
    for _ in range(2):
        mine.get(base + "sound.m4a?download=1")
    mine.get(base + "sound.m4a?download=1", headers={"Range": "bytes=500-"})
    assert told(session)[2:] == [("downloaded", "sound")] * 2
    line = lines(session, "recording:play")[0]
    assert (line.user_id, line.subject_id, line.case_id) == (party.id, ready.id, hearing.case_id)
    looked = mine.get(f"/cases/{hearing.case.key}/looked").text
    assert looked.count(party.display_name) >= 4


# ------------------------------------------------------------------ files


def test_files_are_given_by_ranges(ready: Recording, party: User, sign_in: SignIn) -> None:
    mine = sign_in(party)
    base = right_on(page_of(mine, ready))
    whole = mine.get(base + "whole.mp4")
    assert (whole.status_code, whole.mimetype) == (200, "video/mp4")
    assert whole.headers["Cache-Control"] == "private, no-store"
    piece = mine.get(base + "top/0001-ab.m4s", headers={"Range": "bytes=10-19"})
    assert (piece.status_code, piece.data) == (206, bytes(range(10, 20)))
    assert piece.headers["Content-Range"] == "bytes 10-19/5120"
    tail = mine.get(base + "whole.mp4", headers={"Range": "bytes=-10"})
    assert tail.data == whole.data[-10:]
    past = mine.get(base + "whole.mp4", headers={"Range": "bytes=99999999-"})
    assert past.status_code == 416
    head = mine.head(base + "whole.mp4")
    assert int(head.headers["Content-Length"]) == len(whole.data)


def test_a_range_without_an_end_is_given_piece_by_piece(
    ready: Recording, party: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PIECE", 1000)
    mine = sign_in(party)
    address = right_on(page_of(mine, ready)) + "whole.mp4"
    first = mine.get(address, headers={"Range": "bytes=500-"})
    assert (len(first.data), first.headers["Content-Range"]) == (1000, "bytes 500-1499/5000")
    assert len(mine.get(address, headers={"Range": "bytes=500-2999"}).data) == 2500


def test_playlists_travel_packed_and_downloads_have_names(
    ready: Recording, party: User, sign_in: SignIn, hearing: Hearing
) -> None:
    mine = sign_in(party)
    base = right_on(page_of(mine, ready))
    packed = mine.get(base + "top.m3u8", headers={"Accept-Encoding": "gzip"})
    assert len(packed.data) < 200
    assert gzip.decompress(packed.data) == packages.FILES["top.m3u8"]
    assert mine.get(base + "top.m3u8").data == packages.FILES["top.m3u8"]
    saved = mine.get(base + "sound.m4a?download=1")
    assert saved.headers["Content-Disposition"].startswith("attachment; filename")
    assert saved.headers["Content-Disposition"].isascii()
    assert quote(hearing.case.number.replace("/", "-")) in saved.headers["Content-Disposition"]


def test_where_browsers_reach_the_store_it_serves_pieces_and_downloads(
    app: Flask, config, ready: Recording, party: User, sign_in: SignIn
) -> None:
    house = app.extensions["sud"]
    public = replace(config, s3_public_endpoint=f"http://{config.s3_endpoint}")
    app.extensions["sud"] = replace(house, config=public)
    mine = sign_in(party)
    base = right_on(page_of(mine, ready))
    assert mine.get(base + "master.m3u8").status_code == 200
    assert mine.get(base + "whole.mp4").status_code == 200  # asked for again and again: ours
    for name in ("top/0001-ab.m4s", "whole.mp4?download=1"):
        away = mine.get(base + name)
        assert away.status_code == 302
        assert away.location.startswith(f"http://{config.s3_endpoint}/{config.s3_bucket}/")
        assert "X-Amz-Expires=60" in away.location


# ------------------------------------------------------------------ masked copies


def test_outsiders_are_played_the_masked_copy_or_nothing(
    ready: Recording,
    party: User,
    sign_in: SignIn,
    clerk: FlaskClient,
    make: Make,
    session: Session,
    bucket: BucketStore,
) -> None:
    judge = make.judge_user(ready.hearing.judge)
    for ms, words in ((1_000, "Доогер"), (65_000, "Корголгон күбө")):
        session.add(
            Mark(
                recording=ready,
                recording_id=ready.id,
                at_ms=ms,
                kind="speaker",
                words=words,
                by_id=judge.id,
                at=make.now(),
            )
        )
    mine = sign_in(party)
    open_address = right_on(page_of(mine, ready)) + "whole.mp4"
    masking = Masking(
        recording=ready,
        recording_id=ready.id,
        stretches=[{"start_ms": 60_000, "end_ms": 70_000, "sound": True, "picture": True}],
        because="x",
        proposed_by_id=judge.id,
        proposed_at=make.now(),
    )
    session.add(masking)
    session.commit()
    assert "data-facts" not in page_of(mine, ready).text
    assert mine.get(open_address).status_code == 404
    assert clerk.get(right_on(page_of(clerk, ready)) + "whole.mp4").status_code == 200

    packages.put(bucket, "masked/", {"master.m3u8": b"#EXTM3U\n", "whole.mp4": b"masked"})
    masking.decided_by_id = make.user().id
    masking.state = ProposalState.APPROVED
    masking.decided_at = masking.ready_at = make.now()
    masking.prefix = "masked/"
    session.commit()
    page = page_of(mine, ready)
    assert mine.get(right_on(page) + "whole.mp4").data == b"masked"
    assert "Доогер" in page.text
    assert "Корголгон" not in page.text
    assert "Корголгон" not in mine.get(f"/hearings/{ready.hearing.key}/marks.txt").text
    assert "Корголгон" in page_of(clerk, ready).text


# ------------------------------------------------------------------ marks


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1:12:30", 4_350_000),
        ("12:30", 750_000),
        ("45", 45_000),
        ("0:05.5", 5_500),
        ("12:75", None),
        ("x", None),
        ("-1", None),
        ("1:2:3:4", None),
    ],
)
def test_times_as_people_type_them(text: str, milliseconds: int | None) -> None:
    assert milliseconds_of(text) == milliseconds


def test_judge_and_clerk_mark_and_all_may_read(
    ready: Recording,
    session: Session,
    make: Make,
    sign_in: SignIn,
    clerk: FlaskClient,
    party: User,
    hearing: Hearing,
) -> None:
    second = packages.recording(session, make, hearing, part=2)
    session.commit()
    judge = sign_in(make.judge_user(hearing.judge))
    for who, one, place, kind, words in (
        (clerk, ready, "1:05", "speaker", "Күбө Асанов"),
        (judge, ready, "0:40", "evidence", "Келишим"),
        (clerk, second, "10", "event", "Тыныгуу"),
    ):
        answer = who.post(
            f"/recordings/{one.key}/marks", data=once(place=place, kind=kind, words=words)
        )
        assert (answer.status_code, answer.location) == (303, f"/recordings/{one.key}#marks")
    mine = sign_in(party)
    page = page_of(mine, ready).text
    assert page.index("Келишим") < page.index("Күбө Асанов")
    text = mine.get(f"/hearings/{hearing.key}/marks.txt")
    assert text.headers["Content-Disposition"].startswith("attachment")
    told = text.data.decode("utf-8-sig").splitlines()
    assert [line.split("\t")[-1] for line in told[2:]] == ["Келишим", "Күбө Асанов", "Тыныгуу"]
    assert "0:40" in told[2]
    refused = mine.post(
        f"/recordings/{ready.key}/marks", data=once(place="1", kind="event", words="x")
    )
    assert refused.status_code == 403
    line = lines(session, "recording:mark")[0]
    assert line.facts == {"kind": "speaker", "at_ms": 65_000}
    assert line.case_id == hearing.case_id


@pytest.mark.parametrize("place", ["2:01", "", "never"])
def test_a_mark_lies_within_the_recording(
    ready: Recording, clerk: FlaskClient, session: Session, place: str
) -> None:
    answer = clerk.post(
        f"/recordings/{ready.key}/marks", data=once(place=place, kind="event", words="x")
    )
    assert answer.status_code == 422
    assert 'href="#place"' in answer.text
    assert session.scalars(select(Mark)).all() == []


def test_one_takes_back_only_ones_own_mark(
    ready: Recording, clerk: FlaskClient, make: Make, sign_in: SignIn, session: Session
) -> None:
    clerk.post(f"/recordings/{ready.key}/marks", data=once(place="5", kind="event", words="x"))
    mark = session.scalars(select(Mark)).one()
    address = f"/recordings/{ready.key}/marks/{mark.key}/remove"
    judge = sign_in(make.judge_user(ready.hearing.judge))
    assert address not in page_of(judge, ready).text
    assert judge.post(address, data=once()).status_code == 404
    assert address in page_of(clerk, ready).text
    assert clerk.post(address, data=once()).status_code == 303
    assert clerk.post(address, data=once()).status_code == 404
    assert str(mark.key) not in page_of(clerk, ready).text


# ------------------------------------------------------------------ copies for parties


@pytest.fixture
def issued(ready: Recording, clerk: FlaskClient, party: User, session: Session) -> RecordingCopy:
    answer = clerk.post(
        f"/recordings/{ready.key}/copies", data=once(to="plaintiff-1", what="sound", days="3")
    )
    assert answer.status_code == 303, answer.text
    return session.scalars(select(RecordingCopy)).one()


def test_a_copy_is_for_one_account_and_some_days(
    issued: RecordingCopy,
    ready: Recording,
    party: User,
    sign_in: SignIn,
    make: Make,
    clerk: FlaskClient,
    session: Session,
    time: Time,
) -> None:
    address = f"/copies/{issued.key}"
    mine = sign_in(party)
    assert address in page_of(mine, ready).text
    given = mine.get(address)
    assert given.data == packages.FILES["sound.m4a"]
    assert given.headers["Content-Disposition"].startswith("attachment")
    mine.get(address, headers={"Range": "bytes=9-"})
    mine.head(address)
    session.expire_all()
    assert session.get_one(RecordingCopy, issued.id).taken == 1
    assert [line.facts["form"] for line in lines(session, "recording:take")] == ["sound"]
    others = (
        clerk,
        sign_in(make.party(ready.hearing.case, "respondent")),
        sign_in(make.judge_user(ready.hearing.judge)),
    )
    for other in others:
        assert other.get(address).status_code == 404
        assert f'"{address}"' not in page_of(other, ready).text
    assert ">1<" in page_of(clerk, ready).text.split('id="copies"')[1]
    time.now += timedelta(days=3)
    assert mine.get(address).status_code == 404
    assert address not in page_of(mine, ready).text


def test_a_copy_is_taken_back(
    issued: RecordingCopy,
    ready: Recording,
    party: User,
    sign_in: SignIn,
    clerk: FlaskClient,
    session: Session,
) -> None:
    address = f"/recordings/{ready.key}/copies/{issued.key}/revoke"
    mine = sign_in(party)
    assert mine.post(address, data=once()).status_code == 403
    assert clerk.post(address, data=once()).status_code == 303
    assert mine.get(f"/copies/{issued.key}").status_code == 404
    changes = [line.facts.get("change") for line in lines(session, "recording:issue")]
    assert changes == [None, "revoked"]


def test_who_left_the_case_takes_nothing_more(
    issued: RecordingCopy, party: User, sign_in: SignIn, session: Session, make: Make
) -> None:
    issued.participant.until = make.now().date() - timedelta(days=1)
    session.commit()
    assert sign_in(party).get(f"/copies/{issued.key}").status_code == 404


def test_only_participants_of_the_case_receive_copies(
    ready: Recording, clerk: FlaskClient, party: User, session: Session
) -> None:
    for to in ("respondent-1", "", "plaintiff-9"):
        answer = clerk.post(
            f"/recordings/{ready.key}/copies", data=once(to=to, what="sound", days="3")
        )
        assert answer.status_code == 422
    answer = clerk.post(
        f"/recordings/{ready.key}/copies", data=once(to="plaintiff-1", what="sound", days="365")
    )
    assert answer.status_code == 422
    assert session.scalars(select(RecordingCopy)).all() == []
