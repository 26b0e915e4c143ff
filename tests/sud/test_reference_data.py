"""The reference data files: complete, unambiguous, and counted as the law counts."""

import dataclasses
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sud.registry.calendar import CourtCalendar, DayKind, Unit, hours_after, months_after
from sud.registry.reference import DATA, problems, read_reference
from sud.registry.rows import DataError

REFERENCE = read_reference()
CALENDAR = CourtCalendar({row.day: DayKind(row.kind) for row in REFERENCE.holidays})
days = st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 12, 1))


def court(code):
    return next(row for row in REFERENCE.courts if row.code == code)


def test_all_73_courts():
    assert len(REFERENCE.courts) == 73
    local = [row for row in REFERENCE.courts if row.level == "first"]
    assert Counter(row.kind == "administrative" for row in local) == {False: 56, True: 8}
    assert Counter(row.level for row in REFERENCE.courts) == {
        "first": 64,
        "appeal": 8,
        "cassation": 1,
    }


def test_a_citys_court_need_not_be_of_the_first_instance():
    assert court("osh-city").level == "first"
    assert court("bishkek-city").level == "appeal"


def test_seen_suffixes():
    seen = {row.suffix: row.name[-1].ru["nominative"] for row in REFERENCE.courts if row.suffix}
    assert seen["Б1"] == "Ленинский районный суд г. Бишкек"
    assert seen["Т5"] == "Таласский городской суд"
    assert seen["И7"] == "Тюпский районный суд"
    assert {row.suffix for row in REFERENCE.courts if row.suffix_confidence == "H"} == {
        "Б1",
        "Б2",
        "Ч2",
        "Ч4",
        "И7",
        "Н1",
        "Т5",
        "Д1",
    }


def test_jalal_abad_became_manas():
    manas = court("manas-city")
    assert manas.name_on(date(2025, 9, 1)).ky["nominative"] == "Жалал-Абад шаардык соту"
    assert manas.name_on(date(2025, 11, 1)).ky["nominative"] == "Манас шаардык соту"
    assert court("manas-district").region == "talas"
    assert court("jalal-abad-oblast").name_on(date(2026, 1, 1)).seat["ru"] == "город Манас"
    assert court("jalal-abad-oblast").name_on(date(2026, 1, 1)).ru["nominative"].startswith("Жалал")


def test_forms_of_names():
    talas = court("talas-city").name[0]
    assert talas.ky["genitive"] == "Талас шаардык сотунун"
    assert talas.ky["dative"] == "Талас шаардык сотуна"
    assert talas.ky["locative"] == "Талас шаардык сотунда"
    assert talas.ru["genitive"] == "Таласского городского суда"
    assert talas.ru["instrumental"] == "Таласским городским судом"
    assert court("supreme").name[0].ru["genitive"] == "Верховного суда Кыргызской Республики"
    assert court("chui-administrative").name[0].ru["genitive"] == (
        "Административного суда Чуйской области"
    )


def test_no_latin_letter_hides_in_a_cyrillic_name():
    for row in (*REFERENCE.kinds, *REFERENCE.categories, *REFERENCE.roles, *REFERENCE.act_kinds):
        for word in (row.ky, row.ru):
            assert not any("a" <= letter.lower() <= "z" for letter in word), word
    for each in REFERENCE.courts:
        for name in each.name:
            for form in (*name.ky.values(), *name.ru.values(), each.suffix):
                assert not any("a" <= letter.lower() <= "z" for letter in form), form


def test_a_law_is_cited_in_the_readers_own_letters():
    for law in REFERENCE.laws:
        for cited in (law.ky, law.ru):
            assert not any("a" <= letter.lower() <= "z" for letter in cited), cited
        assert not any("а" <= letter.lower() <= "я" for letter in law.en), law.en
    cited = {row.law for row in (*REFERENCE.holidays, *REFERENCE.limits, *REFERENCE.form_grounds)}
    cited |= {row.law for row in (*REFERENCE.rates, *REFERENCE.exemptions)}
    cited |= {row.law for row in REFERENCE.signing_rules}
    assert {law.code for law in REFERENCE.laws} - cited <= {"duty_rates"}


def test_every_category_has_a_weight():
    weights = {row.code: row.weight for row in REFERENCE.draw_classes}
    assert weights["ordinary"] == 1_000_000
    assert all(weights[row.draw_class] > 0 for row in REFERENCE.categories)


def test_kinds_and_their_prefixes():
    assert {row.prefix for row in REFERENCE.kinds if row.active} == {"ГД", "СГ", "УД", "АД", "КоП"}
    assert next(row for row in REFERENCE.kinds if row.code == "offence").other_prefixes == ("ПН",)


@pytest.mark.parametrize(
    ("find", "says"),
    [
        (lambda r: ("courts", r.courts[1:]), "courts by kind"),
        (lambda r: ("rates", tuple(x for x in r.rates if x.price_from != 5_000_000)), "gap"),
        (lambda r: ("kinds", (*r.kinds, r.kinds[0])), "twice"),
        (
            lambda r: ("categories", (dataclasses.replace(r.categories[0], ky=""),)),
            "a name is missing",
        ),
        (
            lambda r: ("categories", (dataclasses.replace(r.categories[0], draw_class="x"),)),
            "no draw class",
        ),
        (lambda r: ("laws", r.laws[1:] + r.laws[2:3]), "twice"),
        (lambda r: ("limits", (dataclasses.replace(r.limits[0], law="x"),)), "no law x"),
        (
            lambda r: (
                "courts",
                (*r.courts[1:], dataclasses.replace(r.courts[0], appeal="osh-city")),
            ),
            "cannot be appealed",
        ),
    ],
)
def test_contradictions_are_found(find, says):
    field, rows = find(REFERENCE)
    broken = dataclasses.replace(REFERENCE, **{field: rows})
    assert any(says in problem for problem in problems(broken))


def test_a_broken_file_is_named(tmp_path):
    for file in DATA.iterdir():
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    kinds = tmp_path / "kinds.csv"
    kinds.write_text(kinds.read_text("utf-8").replace(";yes;", ";perhaps;", 1), "utf-8")
    with pytest.raises(DataError, match=r"kinds\.csv: 'perhaps'"):
        read_reference(tmp_path)


def test_may_2026_is_off_from_the_first_to_the_ninth():
    assert [d for d in range(1, 15) if CALENDAR.is_working(date(2026, 5, d))] == [11, 12, 13, 14]
    assert CALENDAR.next_working(date(2026, 4, 30)) == date(2026, 5, 11)
    assert CALENDAR.kind_of(date(2026, 4, 30)) is DayKind.SHORT
    assert CALENDAR.is_working(date(2026, 4, 30))


def test_a_holiday_on_a_weekend_moves_nothing():
    assert not CALENDAR.is_working(date(2026, 3, 8))  # a Sunday
    assert CALENDAR.is_working(date(2026, 3, 9))


def test_working_holidays_are_short():
    for day in (date(2026, 2, 23), date(2026, 4, 7)):
        assert CALENDAR.kind_of(day) is DayKind.SHORT
        assert CALENDAR.is_working(day)
    assert CALENDAR.is_working(date(2025, 11, 7))  # a day off under the older law only


def test_a_short_day_on_a_weekend_is_off():
    assert CALENDAR.kind_of(date(2025, 2, 23)) is DayKind.SHORT  # a Sunday
    assert not CALENDAR.is_working(date(2025, 2, 23))


def test_a_limit_over_the_may_holidays_is_explained():
    five = CALENDAR.deadline(date(2026, 4, 29), 5, Unit.WORKING_DAYS)
    assert five.due == date(2026, 5, 14)
    assert len(five.days_off) == 10
    ten = CALENDAR.deadline(date(2026, 4, 27), 10, Unit.CALENDAR_DAYS)
    assert (ten.counted_to, ten.due, ten.moved) == (date(2026, 5, 7), date(2026, 5, 11), True)


def test_months_are_calendar_months():
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2027, 12, 15), 2) == date(2028, 2, 15)
    assert CALENDAR.deadline(date(2026, 3, 5), 2, Unit.MONTHS).due == date(2026, 5, 11)
    assert CALENDAR.deadline(date(2024, 2, 29), 3, Unit.YEARS).counted_to == date(2027, 2, 28)


def test_hours_do_not_wait_for_monday():
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)
    assert hours_after(friday, 48) == datetime(2026, 3, 8, 15, tzinfo=UTC)
    with pytest.raises(ValueError, match="hours"):
        CALENDAR.deadline(friday.date(), 48, Unit.HOURS)


@given(days, st.integers(1, 60), st.sampled_from([Unit.CALENDAR_DAYS, Unit.WORKING_DAYS]))
def test_limits_end_on_working_days_and_grow(start, amount, unit):
    shorter = CALENDAR.deadline(start, amount, unit)
    longer = CALENDAR.deadline(start, amount + 1, unit)
    assert CALENDAR.is_working(shorter.due)
    assert start < shorter.due <= longer.due
    if unit is Unit.WORKING_DAYS:
        worked = (shorter.due - start).days - len(shorter.days_off)
        assert worked == amount


def test_a_year_without_a_working_day_is_refused():
    closed = CourtCalendar({date(2026, 1, 1) + timedelta(days=n): DayKind.OFF for n in range(60)})
    with pytest.raises(ValueError, match="days off"):
        closed.next_working(date(2026, 1, 1))
