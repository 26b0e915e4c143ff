"""Drawing judges in the house: the log, the epochs, the pages, races and crashes."""

from sqlalchemy import text

from sud.models import CaseState


def bench(make, contributors, count=4):
    judges = [make.judge() for _ in range(count)]
    contributors.roster(*judges)
    return judges


def test_a_case_gets_its_judge_by_the_draw(session, make, contributors):
    judges = bench(make, contributors)
    case = make.case()
    make.party(case)
    row = contributors.enter(case)
    assert case.judge is None
    contributors.draw()
    session.expire_all()
    assert case.judge in judges
    assert case.state is CaseState.DISTRIBUTED
    assert row.judge_id == case.judge_id
    assert set(row.standing) == {judge.code for judge in judges}
    assert session.execute(text("SELECT count(*) FROM notices")).scalar() == 1


def test_pages_before_and_after_the_draw(session, make, contributors, client, sign_in):
    bench(make, contributors)
    case = make.case()
    party = sign_in(make.party(case))
    row = contributors.enter(case)
    for language in ("ky", "ru", "en"):
        assert client.get(f"/draws/{row.request_id}?lang={language}").status_code == 200
    answer = party.get(f"/cases/{case.key}/draw?lang=en")
    assert answer.status_code == 200
    assert "waits for the next epoch" in answer.text
    contributors.draw()
    session.expire_all()
    answer = party.get(f"/cases/{case.key}/draw?lang=en")
    assert case.judge.full_name in answer.text
    assert row.salt.hex() in answer.text
    answer = client.get(f"/draws/{row.request_id}?lang=en")
    assert "demonstration draw" in answer.text
    assert case.number not in answer.text
    assert row.salt.hex() not in answer.text
    listed = client.get(f"/draws?lang=en&court={case.court.code}&day=2026-11-23")
    assert row.request_id in listed.text
    assert row.request_id not in client.get("/draws?lang=en&day=2026-11-24").text
