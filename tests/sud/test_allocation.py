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
