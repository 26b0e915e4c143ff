"""Who only shares a surname with a party is another person, with one label of his own."""

import pytest

from documents.redaction import Doubt, Known, Official, Person, Span, label_of, names_of, redact
from documents.redaction import residual as left_in
from documents.redaction.reader import readings


def _case(language: str, *persons: tuple[str, str], judge: str = "") -> Known:
    numbers: dict[str, int] = {}
    made = []
    for at, (role, name) in enumerate(persons):
        numbers[role] = numbers.get(role, 0) + 1
        label = label_of(role, numbers[role], language)
        made.append(Person(key=str(at), label=label, names=names_of(name)))
    officials = (Official(key="judge", names=names_of(judge)),) if judge else ()
    return Known(persons=tuple(made), officials=officials, language=language)


DIVORCE = _case(
    "ru", ("истец", "Сыдыкова Гульнара Асановна"), ("ответчик", "Сыдыков Нурбек Таалаевич")
)
DIVORCE_KY = _case(
    "ky", ("доогер", "Сыдыкова Гүлнара Асановна"), ("жоопкер", "Сыдыков Нурбек Таалаевич")
)
INHERITANCE = _case(
    "ru",
    ("истец", "Асанов Бакыт Эмилевич"),
    ("истец", "Асанова Айгуль Эмилевна"),
    ("ответчик", "Асанов Нурлан Эмилевич"),
    ("ответчик", "Асанова Мээрим Токтогуловна"),
    ("третье лицо", "Асанов Тимур Нурланович"),
)
INHERITANCE_KY = _case(
    "ky",
    ("доогер", "Асанов Бакыт Эмилевич"),
    ("доогер", "Асанова Айгүл Эмилевна"),
    ("жоопкер", "Асанов Нурлан Эмилевич"),
)
CRIME = _case(
    "ru",
    ("подсудимый", "Жумабеков Тимур Русланович"),
    ("потерпевший", "Ким Сергей Викторович"),
    judge="Жумабеков Данияр Эмилевич",
)
BROTHERS = _case(
    "ru", ("подсудимый", "Абдиев Азамат Кубанычович"), ("подсудимый", "Абдиев Кубат Кубанычович")
)
CRIME_KY = _case("ky", ("соттолуучу", "Жумабеков Тимур Русланович"), ("күбө", "Асан уулу Бакыт"))


@pytest.mark.parametrize(
    ("known", "text", "published"),
    [
        # a child with a name of her own, in any case and order, and by her given name alone
        (
            DIVORCE,
            (
            "Дочь Сыдыкова Алина Нурбековна живёт у Сыдыковой Г.А. Содержание Сыдыковой Алины "
            "и Сыдыкова Эмира Нурбековича. Внучка Алина Сыдыкова учится, Алина здорова."
            ),
            (
            "Дочь Гражданин 1 живёт у Истца 1. Содержание Гражданина 1 "
            "и Гражданина 2. Внучка Гражданин 1 учится, Гражданин 1 здорова."
            ),
        ),
        (
            DIVORCE_KY,
            (
            "Кызы Сыдыкова Алина Нурбековна, уулу Сыдыков Эмир Нурбекович. Алина апасы менен. "
            "Сыдыков Эмирге алимент. Нурбек уулу Эмир келди."
            ),
            "Кызы 1-жаран, уулу 2-жаран. 1-жаран апасы менен. 2-жаранга алимент. 2-жаран келди.",
        ),
        # initials that fit no party are somebody else's, and whoever they fit already
        (
            DIVORCE,
            "Свидетель Сыдыкова Роза показала. Сыдыкова Р.К. ушла, Сыдыкова Г.А. осталась.",
            "Свидетель Гражданин 1 показала. Гражданин 1 ушла, Истец 1 осталась.",
        ),
        # five of one surname: the word for the role tells whom a bare surname means
        (
            INHERITANCE,
            (
            "Ответчик Асанов возражал. Истица Асанова и истец Асанов просили. "
            "Отец Асанов Эмиль Сатарович и Асанов Э.С. оставили дом Асановой Бермет."
            ),
            (
            "Ответчик Ответчик 1 возражал. Истица Истец 2 и истец Истец 1 просили. "
            "Отец Гражданин 1 и Гражданин 1 оставили дом Гражданин 2."
            ),
        ),
        (
            INHERITANCE_KY,
            "Доогер Асанова агасын колдоду, жоопкер Асанов каршы. Атасы Асанов Эмил Сатарович.",
            "Доогер 2-доогер агасын колдоду, жоопкер 1-жоопкер каршы. Атасы 1-жаран.",
        ),
        # the given name of one party before the surname of another
        (CRIME, "Явился Сергей Жумабеков.", "Явился Гражданин 1."),
        (CRIME, "Жумабеков Сергею ответил.", "Подсудимый 1 Потерпевшему 1 ответил."),
        (
            CRIME,
            "Мать Жумабекова Гульмира и отец Ким Виктор Алексеевич. Ким В.А. просил.",
            "Мать Гражданин 1 и отец Гражданин 2. Гражданин 2 просил.",
        ),
        # the judge's surname does not keep a stranger
        (
            CRIME,
            "Судья Жумабеков Д.Э. допросил. Сосед Жумабеков Эрлан ушёл.",
            "Судья Жумабеков Д.Э. допросил. Сосед Гражданин 1 ушёл.",
        ),
        # two brothers by their initials, and a full stop behind them
        (
            BROTHERS,
            "Абдиев А.К. признал, Абдиев К.К. отрицал вину Абдиева К. Азамат молчал.",
            "Подсудимый 1 признал, Подсудимый 2 отрицал вину Подсудимого 2. Подсудимый 1 молчал.",
        ),
        (BROTHERS, "Его Абдиевым Верховный суд вернул.", "Его Подсудимым 1 Верховный суд вернул."),
        # a father's name in either way of writing
        (
            DIVORCE_KY,
            "Сыдыкова Айсулуу Нурбековна. Нурбек кызы Айсулуу келди. Сыдыкова Ширинбүбү эмес.",
            "1-жаран. 1-жаран келди. 2-жаран эмес.",
        ),
        (
            CRIME_KY,
            "Руслан уулу Тимур күнөөлүү. Асан уулу Бакыт жана Асан уулу Нурлан келишти.",
            "1-соттолуучу күнөөлүү. 1-күбө жана 1-жаран келишти.",
        ),
        # words with a capital letter behind a surname that are no names
        (
            CRIME_KY,
            "Жумабеков Жарандык кодекске, Жумабеков Жогорку Сотко кайрылды.",
            "1-соттолуучу Жарандык кодекске, 1-соттолуучу Жогорку Сотко кайрылды.",
        ),
        (CRIME, "И Жумабеков Верховному суду пишет.", "И Подсудимый 1 Верховному суду пишет."),
    ],
)  # fmt: skip
def test_another_given_name_is_another_person(known: Known, text: str, published: str):
    assert redact(text, known).result == published


def _of(text: str, known: Known) -> list[Span]:
    return list(redact(text, known).spans)


def test_kin_is_a_doubt_and_its_surname_is_never_let_out():
    text = "Дочь Сыдыкова Алина."
    (span,) = _of(text, DIVORCE)
    assert (span.original, span.doubt, span.person) == ("Сыдыкова Алина", Doubt.RELATIVE, None)
    assert [span.doubt for span in left_in(text, DIVORCE)] == [Doubt.RELATIVE]
    assert left_in(redact(text, DIVORCE).result, DIVORCE) == ()


def test_a_bare_surname_is_the_party_s_or_a_doubt():
    assert [(one.replacement, one.doubt) for one in _of("иск о Сыдыкове", DIVORCE)] == [
        ("Ответчике 1", None)
    ]
    for family in ("Наследство принял Асанов.", "Асановы просили.", "Суд выслушал Асановых."):
        (span,) = _of(family, INHERITANCE)
        assert span.doubt is Doubt.TWO_PEOPLE
    assert [one.doubt for one in _of("Жумабековдор келишти.", CRIME_KY)] == [Doubt.TWO_PEOPLE]


@pytest.mark.parametrize(
    ("on_file", "text"),
    [
        ("Сыдыков Н.Т.", "явился Сыдыков Нурбек Таалаевич"),  # only letters are on file
        ("Сыдыков", "явился Сыдыков Нурбек"),  # not even these
        ("Нурбек", "явился Нурбек Сыдыков"),
        ("Сыдыков Нурбек", "явился Сыдыков Нурбк"),  # a slip of the pen
        ("Сыдыков Нурбек Таалаевич", "явился Сыдыков Н.К."),
    ],
)
def test_who_may_be_the_party_keeps_the_party_s_label(on_file: str, text: str):
    known = _case("ru", ("истец", on_file))
    assert redact(text, known).result.replace(" Гражданин 1", "").strip(".") == "явился Истец 1"


def test_strangers_of_one_family_are_told_apart():
    text = (
        "Явились Мамытова Жылдыз Эркиновна и Мамытов Данияр. Мамытова Ж.Э. и Данияр ушли, "
        "Жылдыз Эркиновна вернулась. Данияра Мамытова ждали."
    )
    assert redact(text, Known(language="ru")).result == (
        "Явились Гражданин 1 и Гражданин 2. Гражданин 1 и Гражданин 2 ушли, "
        "Гражданин 1 вернулась. Гражданина 2 ждали."
    )


def test_initials_behind_a_surname_are_no_torn_ending():
    known = _case("ru", ("ответчик", "Кыдыралиева Чынара"))
    (span,) = _of("Сын Кыдыралиев А.С. мал.", known)
    assert (span.original, span.doubt) == ("Кыдыралиев А.С.", Doubt.RELATIVE)


_ROLES = {
    "ru": "Взыскатель, Взыскателя, Должник, должнице, Заявитель, Заинтересованное лицо, "
    "Осуждённый, осужденной, Оправданный, ответчица, истица, Потерпевший",
    "ky": "Өндүрүп алуучу, Карызкор, Карыздар, Арыз ээси, Арыз берүүчү, Соттолгон, Акталган, "
    "Күбө, Жабырлануучу, Доогер, Жоопкер, Кызыкдар жак, Үчүнчү жак",
}


@pytest.mark.parametrize(
    ("language", "role"),
    [(language, role) for language, roles in _ROLES.items() for role in roles.split(", ")],
)
def test_a_word_for_a_role_is_no_name_and_says_that_a_name_follows(language: str, role: str):
    (span,) = _of(f"{role} Бекбоева Нурзада", Known(language=language))
    assert span.original == "Бекбоева Нурзада"


def test_a_sentence_is_read_alike_alone_and_among_others():
    line = "Показания дал Сергей Иванович Орлов из города Оша."
    others = "\n".join(("Суд решил.", "О взыскании с общества «Луч» долга " * 30, "Орлов ушёл."))
    alone, among = readings(line), readings(f"{others}\n{line}\n{others}")
    again = [one for one in among if len(others) < one.start < len(others) + len(line) + 1]
    assert [one.person for one in again] == pytest.approx([one.person for one in alone], abs=1e-4)


def test_a_name_that_only_one_of_a_family_bears_tells_who_is_meant():
    known = _case("ru", ("истец", "Асанов"), ("ответчик", "Асанов Нурлан Эмилевич"))
    told = redact("Пришёл Нурлон Асанов Эмилевич.", known)
    assert told.result == "Пришёл Ответчик 1."


def test_a_surname_on_file_takes_the_given_name_of_somebody_else_of_the_case():
    known = _case("ru", ("истец", "Асанов"), ("ответчик", "Ким Нурлан"))
    assert redact("Пришёл Асанов Нурлан.", known).result == "Пришёл Истец 1."
