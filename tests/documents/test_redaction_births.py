"""Dates of birth go in every shape, with the words that only belong to them; other dates stay."""

from datetime import date

import pytest

from documents.redaction import Known, Person, name_of, redact, residual

KNOWN = Known(
    persons=(
        Person(
            key="p",
            label="Истец 1",
            names=(name_of("Жумабеков Эркебулан Таштанович"),),
            born=date(1989, 3, 15),
        ),
    ),
    language="ru",
)


@pytest.mark.parametrize(
    "written",
    [
        *("15/03/1989", "1989-03-15", "15.03.89", "15 03 1989", "«15» марта 1989 г.", "15.3.1989"),
        *("15 март 1989-жылы", "1989-жылдын 15-мартында", "1989-ж. 15-март", "15-март, 1989-жыл"),
        *("15.03.1989 года рождения", "15.03.89 г.р.", "15 марта 1989 года рождения"),
    ],
)
def test_a_known_day_of_birth_goes_in_every_shape(written: str):
    assert redact(f"истец ({written}), живёт", KNOWN).result == "истец ([дата рождения]), живёт"
    assert residual(f"истец ({written}), живёт", KNOWN)


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("дочь, родившуюся 03.05.2017 года, и", "дочь, родившуюся [дата рождения], и"),
        ("сын 03.05.2017 г.р. и дочь 2014 года рождения", None),
        ("д.р. 03.05.17; род. в г. Ош 3 мая 2017 г.; г.р. 1980", None),
        ("родилась дочь 03.05.2017", "родилась дочь [дата рождения]"),
        ("2010-жылдын 3-майында туулган уулу", "[дата рождения] туулган уулу"),
        ("туулган күнү: 2011-05-03", "туулган күнү: [дата рождения]"),
    ],
)
def test_a_stranger_s_day_of_birth_goes_by_the_words_around(text: str, published: str | None):
    result = redact(text, KNOWN).result
    assert published is None or result == published
    assert not {"2017", "2014", "1980", "03.05"} & set(result.replace(";", " ").split())
    assert " г.р. и" not in result
    assert "] рождения" not in result


def test_other_dates_stay():
    text = "Акт 16.03.1989; брак с 15.08.2012 г.; родился сын, решение от 2014 года, ст. 15.03"
    assert redact(text, KNOWN).result == text


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Иск Жумабекова Э.Т. Стороны живут.", "Иск Истца 1. Стороны живут."),
        ("отказать Жумабекову Э. Т.\nСуд", "отказать Истцу 1.\nСуд"),
        ("Истец: Жумабеков Э. Т.\nСуд", "Истец: Истец 1\nСуд"),
        ("Иск Жумабекова Э. Т. удовлетворить", "Иск Истца 1 удовлетворить"),
        ("Э.Т. Жумабеков пришёл", "Истец 1 пришёл"),
        ("Истец родился 15.03.1989 г. Суд решил", "Истец родился [дата рождения]. Суд решил"),
    ],
)
def test_a_full_stop_that_ends_the_sentence_stays(text: str, published: str):
    assert redact(text, KNOWN).result == published


def test_initials_behind_one_name_are_not_taken_for_the_next():
    text = "Петрова Анна Жумабекову Б.М. Иванов И.И. пришёл"
    assert "Иванов" not in redact(text, KNOWN).result
