"""The forms of the public: found, answered with and without an account, printed, handed in."""

import html
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents.questions import read_catalogue
from sud.access import SYSTEM, Actor, visible
from sud.blanks import service
from sud.cases.handing import unread_of
from sud.errors import CourtError, Refusal
from sud.models import (
    BlankDraft,
    Case,
    Confidence,
    Document,
    DutyRate,
    Filing,
    FilingParty,
    FormGround,
    RoleCode,
    TimeLimit,
    User,
)
from tests.builders import Make
from tests.conftest import Time
from tests.documents.answering import FOLDER, answers_to
from tests.sud.journalled import journalled

SignIn = Callable[[User], FlaskClient]
COURT = "TLS-TLS"


def right_answers(name: str, *, yes: bool = True, **instead: Any) -> dict[str, Any]:
    """Whole answers to a form, to the one court of these tests."""
    form = service.catalogue().form(name)
    assert form is not None
    return answers_to(form, yes=yes) | {"court": COURT} | instead


def boxes(answers: Mapping[str, Any], name: str = "") -> dict[str, str]:
    """Answers as a browser sends them: one box a value, a day in three."""
    sent: dict[str, str] = {}
    for key, answer in answers.items():
        box = f"{name}{key}"
        if isinstance(answer, dict):
            sent |= boxes(answer, f"{box}-")
        elif isinstance(answer, list):
            sent |= boxes({str(place): one for place, one in enumerate(answer)}, f"{box}-")
        elif isinstance(answer, bool):
            sent[box] = "yes" if answer else "no"
        elif isinstance(answer, int):
            sent[box] = f"{answer / 100:.2f}"
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", answer):
            day = date.fromisoformat(answer)
            sent |= {f"{box}-day": str(day.day), f"{box}-month": str(day.month)}
            sent[f"{box}-year"] = str(day.year)
        else:
            sent[box] = answer
    return sent


def page_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(.*?)">', page, re.DOTALL)
    assert found is not None, name
    return found[1]


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.fixture
def law(make: Make) -> None:
    make.court()
    make.limit(service.KEPT_FOR, 90, "calendar_days")
    for code in ("loan_private", "other_property", "other_non_property"):
        make.category(code)
    for code in ("plaintiff", "respondent"):
        make.participant_role(code)
    rate = DutyRate(
        claim_kind="property",
        price_from=0,
        fixed=0,
        basis_points=500,
        minimum=0,
        valid_from=date(2020, 1, 1),
        confidence=Confidence.HIGH,
        source_ky="№ 159 токтом",
        source_ru="№ 159",
        source_en="No. 159",
    )
    make.session.add(rate)


@pytest.fixture
def user(make: Make, law: None) -> User:
    return make.user(person_id=make.person(phone="+996700123456").id)


@pytest.fixture
def draft(session: Session, user: User) -> BlankDraft:
    """A debt claim with all its answers."""
    form = service.catalogue().form("debt-claim")
    assert form is not None
    actor = Actor(user_id=user.id, language="ky")
    made = service.start(session, actor, form, language="ru", now=user.created_at)
    service.keep(session, made, right_answers("debt-claim"), now=user.created_at)
    return made


# ------------------------------------------------------------------ the catalogue


@pytest.mark.parametrize("lang", ["ky", "ru", "en"])
def test_the_catalogue_and_every_guide(client: FlaskClient, law: None, lang: str) -> None:
    page = page_of(client.get(f"/forms?lang={lang}"))
    for form in service.catalogue().forms:
        assert form.wish[lang] in page
        if lang == "ky":
            told = page_of(client.get(f"/forms/{form.name}"))
            assert form.where["ky"] in told
            assert all(paper["ky"] in told for paper in form.attach)
    assert client.get("/forms/no-such-form").status_code == 404


def test_a_search_in_any_language(client: FlaskClient, law: None) -> None:
    found = page_of(client.get("/forms?q=развестись"))
    assert "/forms/divorce" in found
    assert "/forms/debt-claim" not in found
    assert "/forms/claim" in page_of(client.get("/forms?q=zzzz")), "nothing found leads further"


def test_a_guide_tells_duty_limits_and_law(
    client: FlaskClient, session: Session, make: Make, law: None
) -> None:
    make.limit("civil_consider", 2, "months")
    ground = FormGround(
        form="debt-claim",
        name_ky="Карызды кайтаруу керек",
        name_ru="Долг нужно вернуть",
        name_en="A debt is to be returned",
        source_ky="ЖПК",
        valid_from=date(2020, 1, 1),
        confidence=Confidence.MEDIUM,
    )
    session.add(ground)
    session.flush()
    page = page_of(client.get("/forms/debt-claim"))
    assert "5\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}сом" in page  # 5 % of 100 000
    assert "civil_consider" in page
    assert "Карызды кайтаруу керек" in page


def test_an_administrator_corrects_what_the_law_says(
    client: FlaskClient, sign_in: SignIn, make: Make, session: Session, law: None
) -> None:
    boss = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    said = {f"name_{lang}": "Жаңы эреже" for lang in ("ky", "ru", "en")}
    said |= {f"source_{lang}": "12-берене" for lang in ("ky", "ru", "en")}
    said |= {"valid_from-day": "1", "valid_from-month": "11", "valid_from-year": "2026"}
    assert boss.post("/forms/writ/ground", data={}).status_code == 422
    assert boss.post("/forms/writ/ground", data=said).status_code == 303
    again = said | {"name_ky": "Дагы жаңы эреже"}
    assert boss.post("/forms/writ/ground", data=again).status_code == 303
    assert "Дагы жаңы эреже" in page_of(boss.get("/forms/writ/ground"))
    assert "Дагы жаңы эреже" in page_of(client.get("/forms/writ"))
    assert len(session.scalars(select(FormGround)).all()) == 1


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_an_empty_form_is_printed(client: FlaskClient, law: None, language: str) -> None:
    answer = client.get(f"/forms/writ/empty-{language}.pdf")
    title = {"ky": "Арыз", "ru": "Заявление"}[language]
    assert answer.mimetype == "application/pdf"
    assert title in text_of(answer.data)
    assert client.get("/forms/writ/empty-en.pdf").status_code == 404


# ------------------------------------------------------------------ without an account


def test_a_whole_form_in_one_visit_keeps_nothing(
    client: FlaskClient, session: Session, law: None
) -> None:
    form = service.catalogue().form("debt-claim")
    assert form is not None
    answers = right_answers("debt-claim", yes=False)
    page = page_of(client.get("/forms/debt-claim/fill"))
    seen: list[str] = []
    while 'name="step"' in page:
        step = form.step(hidden(page, "step"))
        assert step is not None
        seen.append(step.name)
        said = boxes({name: answers[name] for name in step.asks if name in answers})
        sent = {"before": hidden(page, "before"), "step": step.name, **said}
        answer = client.post("/forms/debt-claim/fill", data=sent)
        assert answer.status_code == 200, page_of(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        page = page_of(answer)
    assert "due" not in seen, "no day of repayment was agreed, so none is asked for"
    assert "repaid-more" not in seen
    before = hidden(page, "before")
    assert json.loads(before)["total"] == 1_234_567_50
    paper = client.post(
        "/forms/debt-claim/paper.pdf", data={"before": before, "paper_language": "ru"}
    )
    assert "Взыскать с ответчика в мою пользу 1 234 567,50 сом" in text_of(paper.data)
    assert "В Таласский городской суд" in text_of(paper.data)
    russian = client.post("/forms/debt-claim/fill", data={"before": before, "paper_language": "ru"})
    assert "Взыскать с ответчика" in page_of(russian)
    back = client.post("/forms/debt-claim/fill", data={"before": before, "go": "loan"})
    assert hidden(page_of(back), "step") == "loan"
    assert session.scalars(select(BlankDraft)).all() == []
    assert journalled(session) == []


def test_wrong_answers_are_told_at_the_box_and_kept(client: FlaskClient, law: None) -> None:
    wrong = {
        "me-kind": "natural",
        "me-surname": "Асанов",
        "me-given_name": "",
        "me-pin": "29903198501234",
        "me-address": "Талас ☃",
        "me-phone": "112",
    }
    sent = {"before": "{}", "step": "me", **wrong}
    answer = client.post("/forms/debt-claim/fill?lang=ru", data=sent)
    page = page_of(answer)
    assert answer.status_code == 422
    assert 'href="#me-given_name"' in page
    assert page.count("Напишите имя.") == 2, "in the summary and at the box"
    for box, words in (
        ("me-pin", "ПИН"),
        ("me-phone", "номер телефона"),
        ("me-address", "нельзя напечатать эти знаки: ☃"),
    ):
        assert f'id="{box}-error"' in page
        assert words in page
    for typed in ("Асанов", "29903198501234", "Талас ☃", "112"):
        assert f'value="{typed}"' in page


def test_a_day_that_cannot_be_read_is_told_once(client: FlaskClient, law: None) -> None:
    loan = right_answers("debt-claim")
    sent = boxes({name: loan[name] for name in ("sum", "proof", "due")})
    sent |= {"lent_on-day": "31", "lent_on-month": "2", "lent_on-year": "2026"}
    answer = client.post(
        "/forms/debt-claim/fill?lang=en", data={"before": "{}", "step": "loan", **sent}
    )
    assert answer.status_code == 422
    assert page_of(answer).count("Enter a real date") == 2
    assert 'value="31"' in page_of(answer)


def test_one_more_and_one_less_of_a_list(client: FlaskClient, law: None) -> None:
    sent = {"before": "{}", "step": "demands", "wants-0": "бир", "wants-1": "эки"}
    more = page_of(client.post("/forms/claim/fill", data={**sent, "do": "add:wants"}))
    assert 'name="wants-2"' in more
    assert 'value="эки"' in more
    less = page_of(client.post("/forms/claim/fill", data={**sent, "do": "remove:wants-0"}))
    assert 'name="wants-1"' not in less
    assert 'name="wants-0" type="text" value="эки"' in re.sub(r"\s+", " ", less)


@pytest.mark.parametrize(
    "before", ["", "[]", "{", '{"me": 7, "sum": {}}', "[" * 100_000, '{"court": ["x"]}']
)
def test_rubbish_that_travels_along_is_no_answer(
    client: FlaskClient, law: None, before: str
) -> None:
    for data in ({"step": "court"}, {"step": "nonsense"}, {"go": "me"}, {}):
        answer = client.post("/forms/debt-claim/fill", data={"before": before, **data})
        assert answer.status_code in (200, 422)
    assert client.post("/forms/debt-claim/paper.pdf", data={"before": before}).status_code == 422


# ------------------------------------------------------------------ with an account


def test_a_draft_from_its_first_question_to_the_paper(
    session: Session, sign_in: SignIn, user: User
) -> None:
    party = sign_in(user)
    answer = party.post("/forms/debt-claim/start")
    assert answer.location.endswith("/steps/court")
    draft = session.scalars(select(BlankDraft)).one()
    form = service.catalogue().form("debt-claim")
    assert form is not None
    assert "Осмонов" in page_of(party.get(f"/my-papers/{draft.key}/steps/me")), "is filled in"
    answers = right_answers("debt-claim")
    place = answer.location
    while "/steps/" in place:
        step = form.step(place.rpartition("/")[2])
        assert step is not None
        seen = hidden(page_of(party.get(place)), "seen")
        said = boxes({name: answers[name] for name in step.asks})
        answer = party.post(place, data={"seen": seen, **said})
        assert answer.status_code == 303, page_of(answer)
        place = answer.location
    assert place.endswith("/check")
    session.expire_all()
    assert draft.answers == answers
    assert party.get(f"/my-papers/{draft.key}").location.endswith("/check")
    page = page_of(party.get(place))
    assert "2026-жылдын 10-мартында" in page
    assert "61\N{NO-BREAK SPACE}728,38" in page, "the duty: 5 % of the price"
    assert draft.language == "ky"
    party.post(f"/my-papers/{draft.key}/language", data={"paper_language": "ru"})
    paper = party.get(f"/my-papers/{draft.key}/paper.pdf")
    assert "10 марта 2026 года" in text_of(paper.data)
    assert "Карызды өндүрүү жөнүндө доо арыз" in page_of(party.get("/my-papers"))


def test_what_is_missing_is_named_with_its_page(
    session: Session, sign_in: SignIn, user: User, draft: BlankDraft
) -> None:
    party = sign_in(user)
    draft.answers = {name: answer for name, answer in draft.answers.items() if name != "sum"}
    session.flush()
    assert party.get(f"/my-papers/{draft.key}").location.endswith("/steps/loan")
    assert f"/my-papers/{draft.key}/steps/loan" in page_of(
        party.get(f"/my-papers/{draft.key}/check")
    )
    assert party.get(f"/my-papers/{draft.key}/paper.pdf").location.endswith("/check")
    for way in ("filing", "case"):
        assert party.post(f"/my-papers/{draft.key}/{way}").status_code == 422
    assert session.scalars(select(Filing)).all() == []


def test_two_windows_on_one_draft(
    session: Session, sign_in: SignIn, user: User, draft: BlankDraft
) -> None:
    party = sign_in(user)
    address = f"/my-papers/{draft.key}/steps/total"
    seen = hidden(page_of(party.get(address)), "seen")
    assert party.post(address, data={"seen": seen, "total": "100"}).status_code == 303
    assert party.post(address, data={"seen": seen, "total": "200"}).status_code == 422
    session.expire_all()
    assert draft.answers["total"] == 100_00


def test_an_answer_taken_back_is_gone(
    session: Session, sign_in: SignIn, user: User, draft: BlankDraft
) -> None:
    party = sign_in(user)
    address = f"/my-papers/{draft.key}/steps/total"
    seen = hidden(page_of(party.get(address)), "seen")
    party.post(address, data={"seen": seen, "total": "100", "more": ""})
    session.expire_all()
    assert "more" not in draft.answers


def test_drafts_are_their_author_s(
    client: FlaskClient, session: Session, sign_in: SignIn, make: Make, draft: BlankDraft
) -> None:
    stranger, clerk = make.user(), make.staff(RoleCode.CLERK)
    for path in ("", "/steps/me", "/check", "/paper.pdf"):
        address = f"/my-papers/{draft.key}{path}"
        for other in (stranger, clerk):
            answer = sign_in(other).get(address)
            assert answer.status_code == 404
            assert answer.data == sign_in(other).get("/no-such-page").data
        assert "/sign-in" in client.get(address).location
    for path in ("/steps/me", "/filing", "/case", "/language", "/remove"):
        assert sign_in(stranger).post(f"/my-papers/{draft.key}{path}").status_code == 404
    assert client.get("/my-papers").status_code == 303
    assert sign_in(clerk).post("/forms/writ/start").status_code == 403
    for who in (stranger, clerk):
        mine = visible(select(BlankDraft), Actor(user_id=who.id, language="ky"))
        assert session.scalars(mine).all() == []
    assert session.get(BlankDraft, draft.id) is not None


def test_unfinished_papers_are_not_endless(session: Session, sign_in: SignIn, user: User) -> None:
    actor = Actor(user_id=user.id, language="ky")
    form = service.catalogue().form("writ")
    assert form is not None
    for _ in range(service.MOST_DRAFTS):
        service.start(session, actor, form, language="ky", now=user.created_at)
    answer = sign_in(user).post("/forms/writ/start")
    assert answer.status_code == 422
    assert str(service.MOST_DRAFTS) in page_of(answer)


def test_a_draft_can_be_deleted_and_an_old_one_is_forgotten(
    session: Session,
    sign_in: SignIn,
    user: User,
    draft: BlankDraft,
    time: Time,
    run_jobs: Callable[[], list[str]],
    outside: Any,
) -> None:
    form = service.catalogue().form("writ")
    assert form is not None
    actor = Actor(user_id=user.id, language="ky")
    party = sign_in(user)
    other = service.start(session, actor, form, language="ky", now=time.now)
    assert party.post(f"/my-papers/{other.key}/remove").status_code == 303
    assert session.scalars(select(BlankDraft)).all() == [draft]
    young = service.start(session, actor, form, language="ky", now=time.now + timedelta(days=30))
    for days, left in ((89, {draft.id, young.id}), (95, {young.id})):
        time.now = draft.changed_at + timedelta(days=days)
        outside.defer(session, "blanks.forget")
        session.commit()
        assert run_jobs() == ["blanks.forget"]
        session.expire_all()
        assert set(session.scalars(select(BlankDraft.id))) == left
    (line,) = journalled(session, "blank:forget")
    assert line.facts == {"forgotten": 1}


def test_the_journal_knows_no_answers(session: Session, draft: BlankDraft) -> None:
    lines = journalled(session)
    assert lines
    assert "Асанов" not in json.dumps([line.facts for line in lines], ensure_ascii=False)


# ------------------------------------------------------------------ into the court


def test_a_paper_begins_a_claim(
    session: Session, sign_in: SignIn, user: User, draft: BlankDraft, outside: Any
) -> None:
    party = sign_in(user)
    answer = party.post(f"/my-papers/{draft.key}/filing")
    filing = session.scalars(select(Filing)).one()
    assert answer.location.endswith(f"/filings/{filing.key}/papers")
    assert (filing.category_code, filing.price, filing.language) == (
        "loan_private",
        1_234_567_50,
        "ru",
    )
    assert filing.court is not None
    assert filing.court.code == COURT
    assert "передал(а) ответчику" in filing.text
    assert "\n\nПрошу:\n\n1. " in filing.text
    named = session.scalars(select(FilingParty).order_by(FilingParty.role_code)).all()
    assert [one.role_code for one in named] == ["plaintiff", "respondent"]
    paper = session.scalars(select(Document)).one()
    assert paper.title == "Исковое заявление о взыскании долга"
    assert paper.filing_id == filing.id
    assert not re.search("Асанов|pin", paper.object_key)
    assert party.get(f"/filings/{filing.key}/papers").status_code == 200
    # The paper knows where it went, and does not begin another claim.
    assert f"/filings/{filing.key}" in page_of(party.get(f"/my-papers/{draft.key}/check"))
    again = party.post(f"/my-papers/{draft.key}/filing")
    assert again.location.endswith(f"/filings/{filing.key}")
    assert "Сотко берилген:" in page_of(party.get("/my-papers"))
    assert session.scalars(select(Filing)).one() is filing


def test_a_petition_goes_into_one_s_own_case_and_is_seen(
    session: Session, sign_in: SignIn, make: Make, law: None, time: Time
) -> None:
    judge = make.judge()
    case, foreign = make.case(judge=judge), make.case(judge=judge)
    user = make.party(case)
    form = service.catalogue().form("video-link")
    assert form is not None
    actor = Actor(user_id=user.id, language="ky", party_to=frozenset({case.id}))
    draft = service.start(session, actor, form, language="ky", now=time.now)
    service.keep(session, draft, right_answers("video-link", from_court=COURT), now=time.now)
    party = sign_in(user)
    page = page_of(party.get(f"/my-papers/{draft.key}/check"))
    assert case.number in page
    assert foreign.number not in page
    wrong = party.post(f"/my-papers/{draft.key}/case", data={"case": str(foreign.key)})
    assert wrong.status_code == 422
    assert session.scalars(select(Document)).all() == []
    answer = party.post(f"/my-papers/{draft.key}/case", data={"case": str(case.key)})
    assert answer.location.endswith(f"/cases/{case.key}")
    paper = session.scalars(select(Document)).one()
    assert paper.case_id == case.id
    assert form.title["ky"] in page_of(party.get(f"/cases/{case.key}/papers"))
    with pytest.raises(CourtError) as refused:
        service.begin_filing(
            session,
            actor,
            draft,
            outside=None,
            limit=0,
            now=time.now,  # type: ignore[arg-type]
        )
    assert refused.value.code is Refusal.NOT_NOW
    court = sign_in(make.judge_user(judge))
    assert case.number in page_of(court.get("/handed-in"))
    assert "/handed-in" in page_of(court.get("/home"))
    time.now += timedelta(minutes=5)
    court.get(f"/cases/{case.key}")
    assert case.number not in page_of(court.get("/handed-in"))
    outsider = Actor(user_id=user.id, language="ky", party_to=frozenset({case.id}))
    assert unread_of(session, outsider) == []


def test_a_claim_is_no_petition(sign_in: SignIn, make: Make, user: User, draft: BlankDraft) -> None:
    case = make.case()
    assert case.number not in page_of(sign_in(user).get(f"/my-papers/{draft.key}/check"))


# ------------------------------------------------------------------ versions


def test_a_newer_version_carries_answers_or_asks_again(
    session: Session,
    sign_in: SignIn,
    user: User,
    draft: BlankDraft,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for file in ("common.v1.json", "groups.toml", "debt-claim.v1.json"):
        (tmp_path / file).write_text((FOLDER / file).read_text())
    newer = json.loads((FOLDER / "debt-claim.v1.json").read_text())
    newer["x-form"]["version"] = 2
    newer["properties"]["proof"]["enum"].remove("receipt")
    for options in ("x-options", "x-options-on-paper"):
        del newer["properties"]["proof"][options]["receipt"]
    (tmp_path / "debt-claim.v2.json").write_text(json.dumps(newer))
    monkeypatch.setattr(service, "catalogue", lambda: read_catalogue(tmp_path))
    party = sign_in(user)
    assert party.get(f"/my-papers/{draft.key}").location.endswith("/steps/loan")
    session.expire_all()
    assert (draft.form_version, draft.again) == (2, ["proof"])
    assert draft.answers["sum"] == 1_234_567_50
    page = page_of(party.get(f"/my-papers/{draft.key}/steps/loan?lang=en"))
    assert "The form has changed since you began." in page
    loan = draft.answers | {"proof": "contract"}
    said = boxes({name: loan[name] for name in ("lent_on", "sum", "proof", "due")})
    address = f"/my-papers/{draft.key}/steps/loan"
    answer = party.post(address, data={"seen": hidden(page, "seen"), **said})
    assert answer.status_code == 303
    session.expire_all()
    assert draft.again == []
    assert party.get(f"/my-papers/{draft.key}").location.endswith("/check")


def test_a_form_that_is_gone_refuses_in_words(
    session: Session, sign_in: SignIn, user: User, draft: BlankDraft
) -> None:
    draft.form = "no-such-form"
    session.flush()
    assert sign_in(user).get(f"/my-papers/{draft.key}").status_code == 409
    assert sign_in(user).get("/my-papers").status_code == 200


def test_without_a_limit_nothing_is_forgotten(
    session: Session, sign_in: SignIn, user: User, draft: BlankDraft, time: Time
) -> None:
    session.execute(delete(TimeLimit))
    session.flush()
    later = time.now + timedelta(days=4000)
    assert service.forget_expired(session, SYSTEM, now=later) == 0
    assert sign_in(user).get("/my-papers").status_code == 200


def test_no_box_has_a_name_that_the_page_uses_itself() -> None:
    taken = {"before", "step", "do", "go", "once", "seen", "csrf_token", "data", "errors", "meta"}
    for form in service.catalogue().forms:
        assert taken.isdisjoint(question.name for question in form.questions)


def test_a_case_is_not_needed_to_look(session: Session, client: FlaskClient, law: None) -> None:
    assert session.scalars(select(Case)).all() == []
    assert client.get("/forms/appeal/fill").status_code == 200
