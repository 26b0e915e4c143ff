"""A name is replaced whole: no half of it is left, and no word beside it goes with it."""

import pytest

from documents.redaction import Known, Person, label_of, name_of, redact


def _known(language: str) -> Known:
    roles = ("доогер", "жоопкер") if language == "ky" else ("истец", "ответчик")
    named = (
        (roles[0], 1, ("Токтосунов Бакыт Жолдошевич",)),
        (roles[1], 1, ("Токтосунова Гүлзат Асан кызы", "Мамытова Гүлзат Асановна")),
        (roles[1], 2, ("Сыдык уулу Нурбек",)),
    )
    persons = tuple(
        Person(
            key=f"{role} {number}",
            label=label_of(role, number, language),
            names=tuple(map(name_of, names)),
        )
        for role, number, names in named
    )
    return Known(persons=persons, language=language)


KYRGYZ, RUSSIAN = _known("ky"), _known("ru")


@pytest.mark.parametrize(
    ("text", "published"),
    [
        # a given name of the file that is a father's here
        (
            "балдары Эмир Бакыт уулу жана Айлин Бакыт кызы бар экен. Эмир келди.",
            "балдары 1-жаран жана 2-жаран бар экен. 1-жаран келди.",
        ),
        ("Доогер Бакыт уулу менен келди", "Доогер 1-доогер менен келди"),
        ("Сыдык у. Нурбек келди", "2-жоопкер келди"),
        # the word for a role is no part of a name, and no echo of one
        (
            "Күбө Кубанычбек уулу Нурлан келди. Күбө Асановдун айтымында, Нурлан келген.",
            "Күбө 1-жаран келди. Күбө 2-жарандын айтымында, 1-жаран келген.",
        ),
    ],
)
def test_kyrgyz_names_are_whole(text: str, published: str):
    assert redact(text, KYRGYZ).result == published


@pytest.mark.parametrize(
    ("text", "published"),
    [
        # a former surname with another given name is another person
        (
            "Мать ответчицы Мамытова Салтанат суду показала, что её дочь Гүлзат живёт у неё",
            "Мать ответчицы Гражданин 1 суду показала, что её дочь Ответчик 1 живёт у неё",
        ),
        ("MR TOKTOSUNOV BAKYT", "MR Истец 1"),
        ("Токтосунова–Мамытова Гүлзат", "Ответчик 1"),
        # the half of a double name that the file does not know
        ("Суд допросил Токтосунова-Кима Бакыта.", "Суд допросил Истца 1."),
        ("Явился Ким-Токтосунов Б.Ж. и ушёл.", "Явился Истец 1 и ушёл."),
        ("Пришёл Жан-Бакыт и ушёл.", "Пришёл Истец 1 и ушёл."),
        # a letter between the given name and the surname, his own or not
        ("Пришёл Бакыт Ж. Токтосунов и ушёл.", "Пришёл Истец 1 и ушёл."),
        ("Судья Бакыт В. Токтосунов", "Судья Истец 1"),
    ],
)
def test_russian_names_are_whole(text: str, published: str):
    assert redact(text, RUSSIAN).result == published


@pytest.mark.parametrize(
    "text",
    [
        "Вклад открыт в Демир Банке, уехал на машине «Тойота Камри» и вернулся.",
        "Автомобиль Хонда Степ и Мазда Демио, марки Мерседес Бенц, принадлежат ему.",
        "Верховный Суд Кыргызской Республики отменил решение, Верховного Суда это не касается.",
    ],
)
def test_a_bank_a_car_and_a_court_are_nobody(text: str):
    assert redact(text, RUSSIAN).result == text


def test_a_bank_or_a_car_beside_somebody_hides_nobody():
    text = "Взыскать с Осмонова банку 500 сом. Свидетель Лада Петровна Иванова водит «Ладу»."
    result = redact(text, RUSSIAN).result
    assert "Осмонова" not in result
    assert "Иванова" not in result
    assert "Лада " not in result


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("содержание детей Эмира и Айлин взыскать", "содержание детей Гражданина 1 и Гражданина 2"),
        ("имеют двоих детей: Эмира и Айлин", "имеют двоих детей: Гражданина 1 и Гражданина 2"),
        ("к Айлин и у Салтанат", "к Гражданину 1 и у Гражданина 2"),
        ("Пришли Осмонов Кубан и Айлин Осмонова", "Пришли Гражданин 1 и Гражданин 2"),
        ("у Осмонова, Петров сказал", "у Гражданина 1, Гражданин 2 сказал"),
    ],
)
def test_what_governs_a_list_bends_every_label(text: str, published: str):
    assert redact(text, RUSSIAN).result.startswith(published)
