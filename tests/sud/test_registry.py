"""The registry on a real database: loading twice, corrections that survive, what held when."""

import dataclasses
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from sud import journal
from sud.access import SYSTEM
from sud.errors import CourtError, Refusal
from sud.models import (
    Category,
    Confidence,
    Court,
    CourtName,
    DutyRate,
    Holiday,
    JournalLine,
    RoleCode,
    TimeLimit,
)
from sud.registry import service
from sud.registry.calendar import DayKind
from sud.treasury.duty import Claimant
from sud.treasury.service import duty_for, needs_price

DAY = date(2026, 11, 23)


@pytest.fixture
def reference(session, time):
    return service.load_reference(session, SYSTEM, now=time())


def test_loading_twice_changes_nothing(session, reference, time):
    assert session.scalar(select(func.count()).select_from(Court)) == 73
    assert reference.added > 400
    lines = session.scalar(select(func.count()).select_from(JournalLine))
    again = service.load_reference(session, SYSTEM, now=time())
    assert (again.added, again.changed, again.kept) == (0, 0, [])
    assert session.scalar(select(func.count()).select_from(JournalLine)) == lines
    assert list(journal.broken_lines(session)) == []


def test_a_corrected_row_survives_the_next_loading(session, reference, time):
    rate = session.scalars(
        select(DutyRate).where(DutyRate.claim_kind == "property", DutyRate.price_from == 250_000_00)
    ).one()
    rate.fixed, rate.edited_by_hand = 10_500_00, True
    court = service.court_by_code(session, "batken-district")
    court.suffix, court.edited_by_hand = "Б9", True
    again = service.load_reference(session, SYSTEM, now=time())
    assert len(again.kept) == 2
    assert rate.fixed == 10_500_00
    assert court.suffix == "Б9"


def test_an_uncorrected_row_follows_the_file(session, reference, time):
    limit = session.scalars(select(TimeLimit).where(TimeLimit.code == "civil_appeal")).one()
    limit.amount = 7
    again = service.load_reference(session, SYSTEM, now=time())
    assert (again.changed, limit.amount) == (1, 30)


def test_courts_by_code_and_day(session, reference):
    talas = service.court_by_code(session, "talas-city")
    assert (talas.suffix, talas.name("ky")) == ("Т5", "Талас шаардык соту")
    assert service.court_by_code(session, "nowhere") is None
    courts = service.courts_open_on(session, DAY)
    assert len(courts) == 73
    assert [c.suffix for c in courts if c.region == "jalal-abad" and c.suffix] == [
        f"Д{n}" for n in range(1, 13)
    ]
    assert courts[0].code == "bishkek-city"
    assert courts[-1].code == "supreme"


def test_only_courts_with_a_mark_take_claims(session, reference):
    courts = service.courts_taking_claims(session, DAY)
    assert len(courts) == 51
    assert {court.region for court in courts}.isdisjoint({"batken", "republic"})


def test_the_renamed_court_has_the_name_of_the_day(session, reference):
    court = service.court_by_code(session, "manas-city")
    before = service.court_name_on(session, court, "ru", date(2025, 9, 1))
    after = service.court_name_on(session, court, "ru", DAY)
    assert (before.name, before.city) == ("Жалал-Абадский городской суд", "город Жалал-Абад")
    assert (after.genitive, after.locative) == (
        "Манасского городского суда",
        "Манасском городском суде",
    )
    assert court.name("ru") == after.name
    assert session.scalar(select(func.count()).select_from(CourtName)) == 3 * 76


def test_appeals_go_up(session, reference):
    osh = service.court_by_code(session, "osh-city")
    above = session.get(Court, osh.appeal_court_id)
    assert above.code == "osh-oblast"
    assert session.get(Court, above.appeal_court_id).code == "supreme"


def test_categories_of_a_kind_in_their_order(session, reference):
    civil = service.categories_on(session, "civil", DAY)
    assert civil[0].code == "divorce"
    assert {row.kind_code for row in civil} == {"civil"}
    assert service.category_by_code(session, "adoption").closed
    assert {kind.code for kind in service.kinds_on(session, DAY)} >= {"civil", "criminal"}


def test_the_duty_of_a_category(session, reference):
    def duty(code, price=None, **more):
        return duty_for(session, session.get(Category, code), price, DAY, **more).amount

    assert duty("loan_bank", 2_966_928_00) == 42_334_64
    assert duty("wages", 70_000_00) == 0
    assert duty("honour") == 300_00
    assert duty("honour", claimant=Claimant.ORGANISATION) == 1_000_00
    assert duty("loan_bank", 2_966_928_00, claimant=Claimant.STATE_BODY) == 0
    assert duty("divorce") == 500_00
    assert duty("divorce_property", 50_000_00) == 3_000_00
    assert needs_price(session, session.get(Category, "loan_bank"), DAY)
    assert not needs_price(session, session.get(Category, "divorce"), DAY)


def test_a_sheet_names_its_grounds_and_its_doubts(session, reference):
    sheet = duty_for(session, session.get(Category, "wages"), 70_000_00, DAY)
    assert "No. 159" in sheet.source.en
    assert "No. 90" in sheet.source.en
    assert sheet.source.ky.startswith("КР Өкмөтүнүн 2019-жылдын 15-апрелиндеги № 159 токтому")
    assert sheet.source.ru.endswith(
        "; Кодекс КР о неналоговых доходах от 10 августа 2018 года № 90"
    )
    assert sheet.as_dict()["lines"][-2]["name_ky"].startswith("эмгек акы")
    assert duty_for(session, session.get(Category, "sale"), 300_000_00, DAY).confidence == "L"


def test_no_rate_is_refused_in_words(session, reference):
    with pytest.raises(CourtError) as refused:
        duty_for(session, session.get(Category, "loan_bank"), None, DAY)
    assert refused.value.code is Refusal.NO_DUTY_RATE


def test_working_days(session, reference):
    assert service.is_working_day(session, DAY)
    assert not service.is_working_day(session, date(2026, 5, 5))
    assert service.next_working_day(session, date(2026, 4, 30)) == date(2026, 5, 11)
    assert service.holiday_on(session, date(2026, 5, 5)).name("ru") == "День Конституции"
    assert service.holiday_on(session, DAY) is None


def test_a_limit_with_its_explanation(session, reference):
    end = service.deadline(session, "civil_accept", date(2026, 4, 29))
    assert end.due == date(2026, 5, 14)
    assert end.limit.start("ru") == "поступление заявления"
    assert end.counted.days_off[0] == date(2026, 5, 1)
    with pytest.raises(CourtError):
        service.deadline(session, "civil_accept", date(2010, 1, 1))


def test_a_lunar_holiday_is_announced(session, reference, time):
    day = date(2027, 3, 10)
    names = dict.fromkeys(service.LANGUAGES, "Орозо айт")
    sources = {"ky": "№ 12 жарлык", "ru": "Указ № 12", "en": "Decree 12"}
    for _twice in range(2):
        service.set_day(
            session, SYSTEM, day, kind=DayKind.OFF, names=names, sources=sources, now=time()
        )
    assert not service.is_working_day(session, day)
    row = session.scalars(select(Holiday).where(Holiday.day == day)).one()
    assert (row.confidence, row.edited_by_hand) == (Confidence.HIGH, True)
    assert {lang: row.source_in(lang) for lang in service.LANGUAGES} == sources


def test_the_list_of_courts(client, session, reference):
    page = client.get("/courts?lang=ky").get_data(as_text=True)
    assert page.count('<th scope="row"') == 73
    assert "Талас шаардык соту" in page
    assert "Т5" in page
    assert "Таласский городской суд" in client.get("/courts?lang=ru").get_data(as_text=True)


def test_reference_tables_are_for_administrators(client, sign_in, session, make, reference):
    assert client.get("/reference").status_code == 303
    assert sign_in(make.user()).get("/reference/rates").status_code == 403
    administrator = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    assert administrator.get("/reference").status_code == 200
    for name in service.TABLES:
        page = administrator.get(f"/reference/{name}?lang=ru")
        assert page.status_code == 200
        assert page.get_data(as_text=True).count("<tr>") >= 5, name
    assert administrator.get("/reference/nothing").status_code == 404


def test_an_administrator_announces_a_day_off(sign_in, session, make, reference):
    administrator = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    assert sign_in(make.user()).get("/reference/days/set").status_code == 403
    assert administrator.get("/reference/days/set").status_code == 200
    empty = administrator.post("/reference/days/set", data={})
    assert empty.status_code == 422
    answer = {
        "day-day": "10",
        "day-month": "3",
        "day-year": "2027",
        "kind": "off",
        "name_ky": "Орозо айт",
        "name_ru": "Орозо айт",
        "name_en": "Orozo Ait",
        "source_ky": "№ 12 жарлык",
        "source_ru": "Указ № 12",
        "source_en": "Decree 12",
    }
    assert administrator.post("/reference/days/set", data=answer).status_code == 303
    assert not service.is_working_day(session, date(2027, 3, 10))
    said = {"ky": "№ 12 жарлык", "ru": "Указ № 12", "en": "Decree 12"}
    for lang, source in said.items():
        assert source in administrator.get(f"/reference/days?lang={lang}").get_data(as_text=True)


def test_a_source_and_its_note_stand_apart(sign_in, session, make, reference):
    administrator = sign_in(make.staff(RoleCode.ADMINISTRATOR))
    page = administrator.get("/reference/rates?lang=ru").get_data(as_text=True)
    note = "two acts of the Supreme Court of 2026; for the ceiling gratanet.com"
    assert (
        "постановление Кабинета Министров КР от 11 мая 2022 года № 251"
        f'<div class="sud-muted" lang="en">{note}</div>'
    ) in " ".join(page.split())


def test_every_language_has_a_name_everywhere(session, reference):
    for table in service.TABLES.values():
        for row in table(session):
            if hasattr(row, "name"):
                assert all(row.name(lang) for lang in service.LANGUAGES)


def test_the_names_of_a_later_day(session):
    service.load_reference(session, SYSTEM, now=datetime(2025, 9, 1, tzinfo=UTC))
    court = service.court_by_code(session, "manas-city")
    assert court.name("ky") == "Жалал-Абад шаардык соту"
    again = service.load_reference(session, SYSTEM, now=datetime(2025, 11, 1, tzinfo=UTC))
    assert again.changed == 1
    assert court.name("ky") == "Манас шаардык соту"


def test_rates_are_read_as_they_are_kept(session, reference):
    row = session.scalars(select(DutyRate).where(DutyRate.claim_kind == "divorce")).one()
    row.fixed = 700_00
    sheet = duty_for(session, session.get(Category, "divorce"), None, DAY)
    assert sheet.amount == 700_00
    assert dataclasses.asdict(sheet)["claim_kind"] == "divorce"
