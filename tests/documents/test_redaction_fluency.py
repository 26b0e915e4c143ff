"""The public reads who did what, and no role twice."""

import pytest

from documents.redaction import Known, Person, fluent, label_of, name_of, redact, residual

NAMES = (
    ("истец", "доогер", "Асанова Айгүл Маратовна"),
    ("ответчик", "жоопкер", "Токтогулов Бакыт Эмилевич"),
    ("третье лицо", "үчүнчү жак", "Ким Вера Петровна"),
)


def _known(language: str) -> Known:
    return Known(
        language=language,
        persons=tuple(
            Person(
                key=name,
                label=label_of(russian if language == "ru" else kyrgyz, 1, language),
                names=(name_of(name),),
            )
            for russian, kyrgyz, name in NAMES
        ),
    )


@pytest.mark.parametrize(
    ("language", "text", "published"),
    [
        ("ru", "Иск истицы Асановой А.М. удовлетворить.", "Иск Истца 1 удовлетворить."),
        ("ru", "Суд допросил ответчика Токтогулова.", "Суд допросил Ответчика 1."),
        # the word before tells the case where the name does not
        ("ru", "Заявление третьего лица Ким В. принять.", "Заявление Третьего лица 1 принять."),
        ("ru", "Истец: Асанова Айгүл", "Истец: Истец 1"),
        ("ru", "К истцу Токтогулов не обращался.", "К истцу Ответчик 1 не обращался."),
        ("ru", "После ответа Токтогулова суд ушёл.", "После ответа Ответчика 1 суд ушёл."),
        ("ky", "Доогер Асанова Айгүлдүн талабы.", "1-доогердин талабы."),
        ("ky", "Бул жерде үчүнчү жак Ким Вера жашайт.", "Бул жерде 1-үчүнчү жак жашайт."),
        ("ky", "Доогер жана Токтогулов келди.", "Доогер жана 1-жоопкер келди."),
    ],
)
def test_a_role_is_said_once(language: str, text: str, published: str):
    known = _known(language)
    found = redact(text, known)
    assert fluent(text, found.spans) == published
    assert residual(published, known) == ()
