"""Fingerprints: one person under every spelling, and never two persons under one."""

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sud.refiling.fingerprint import (
    Agreement,
    Described,
    Fingerprint,
    agreement,
    compare,
    fingerprint,
    words_of,
)
from sud.refiling.folding import organisation_names, person_names
from sud.refiling.rules import rule_on

SECRET = b"only for tests"
AT = rule_on(date(2026, 11, 23)).thresholds

SURNAMES = [
    "Осмонов", "Асанов", "Токтогулов", "Жээнбеков", "Абдыкадыров", "Сыдыков", "Бейшеналиев",
    "Турдубаев", "Мамытов", "Кулматов", "Эсенгулов", "Ибраимов", "Шаршеналиев", "Чолпонбаев",
    "Өмүралиев", "Үсөнов", "Байгазиев", "Жумабаев", "Иванов", "Петров", "Сидоренко", "Ким", "Цой",
    "Юсупов", "Хасанов", "Щербаков", "Соловьёв", "Яковлев", "Мамбетов", "Мамытбеков",
    "Осмоналиев",
]  # fmt: skip
GIVEN = [
    "Бакыт", "Нурлан", "Айгүл", "Жаңыл", "Чынгыз", "Эркин", "Кубанычбек", "Гүлнара", "Азамат",
    "Үмүт", "Өмүрбек", "Тынчтык", "Анна", "Яна", "Сергей", "Мария", "Юлия", "Фёдор", "Дмитрий",
    "Алексей", "Шайлоо", "Жылдыз", "Мээрим", "Болот", "Бактыгүл", "Айдай", "Айдар",
]  # fmt: skip
FATHERS = [
    "Эркин", "Асан", "Токтосун", "Сапар", "Жеңиш", "Мукамбет", "Иван", "Сергей", "Юрий", "Кадыр",
    "Чоро", "Үсөн",
]  # fmt: skip

LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "ң": "ng", "о": "o", "ө": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ү": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
KYRGYZ = LATIN | {"ж": "j", "х": "h", "ө": "ö", "ү": "ü", "ң": "n", "ё": "e", "щ": "sch"}
ALIKE = dict(zip("АВСЕНКМОРТХУасеорху", "ABCEHKMOPTXYaceopxy", strict=True))
PLAIN = str.maketrans("ңөүёНҢӨҮЁ", "ноуеННОУЕ")


def latin(text: str, table: dict[str, str] = LATIN) -> str:
    return "".join(table.get(sign, sign) for sign in text.lower()).title()


def alike(text: str, which: list[bool]) -> str:
    """Put Latin doubles in place of some letters."""
    pairs = zip(text, itertools.cycle(which), strict=False)
    return "".join(ALIKE.get(sign, sign) if swap else sign for sign, swap in pairs)


def one(name: str, *, pin: str | None = None, organisation: bool = False) -> Fingerprint:
    described = Described(claimant=True, organisation=organisation, name=name, pin=pin)
    return fingerprint([described], category="loan", price=1, text="", secret=SECRET)


def same(name: str, other: str, **facts) -> Agreement:
    return agreement(one(name, **facts).parties[0], one(other, **facts).parties[0])


names = st.tuples(st.sampled_from(SURNAMES), st.sampled_from(GIVEN), st.sampled_from(FATHERS))


@settings(deadline=None)
@given(names)
def test_case_and_blanks(name) -> None:
    text = " ".join(name)
    for other in (text.upper(), text.lower(), f"  {text.replace(' ', '   ')} ", text.swapcase()):
        assert same(text, other) is Agreement.SAME


@settings(deadline=None)
@given(names)
def test_kyrgyz_letters_typed_as_russian_ones(name) -> None:
    text = " ".join(name)
    assert same(text, text.translate(PLAIN)) is Agreement.SAME


@settings(deadline=None)
@given(names, st.sampled_from([LATIN, KYRGYZ]))
def test_transliteration_both_ways(name, table) -> None:
    text = " ".join(name)
    assert same(text, latin(text, table)) is Agreement.SAME
    assert same(latin(text, table), text.upper()) is Agreement.SAME


@settings(deadline=None)
@given(names, st.lists(st.booleans(), min_size=1, max_size=12))
def test_latin_letters_that_look_the_same(name, which) -> None:
    text = " ".join(name)
    assert same(text, alike(text, which)) is Agreement.SAME
    assert same(text, alike(text.upper(), which)) is Agreement.SAME


@settings(deadline=None)
@given(names, st.lists(st.booleans(), min_size=1, max_size=12))
def test_cyrillic_letters_in_a_latin_name(name, which) -> None:
    text = latin(" ".join(name))
    back = {there: here for here, there in ALIKE.items()}
    pairs = zip(text, itertools.cycle(which), strict=False)
    mixed = "".join(back.get(sign, sign) if swap else sign for sign, swap in pairs)
    assert same(text, mixed) is Agreement.SAME


@settings(deadline=None)
@given(names, st.permutations(range(3)))
def test_order_of_the_names(name, order) -> None:
    assert same(" ".join(name), " ".join(name[place] for place in order)) is not Agreement.OTHER
    surname, given_name, father = name
    parts = [surname, given_name, f"{father} уулу"]
    moved = " ".join(parts[place] for place in order)
    assert same(" ".join(parts), moved) is Agreement.SAME


PATRONYMICS = [
    ("Эркин", ["Эркинович", "Эркиновна", "Эркин уулу", "Эркин кызы", "ЭРКИН КЫЗЫ", "Erkin uulu",
               "Erkinovich", "Эркинуулу", "Erkin kyzy", "Эркин уулы", "Erkinovna"]),
    ("Жеңиш", ["Женишевич", "Жеңишевна", "Жеңиш уулу", "Zhenishevich", "Jengish kyzy"]),
    ("Сергей", ["Сергеевич", "Сергеевна", "Sergeevich", "Sergeyevna", "Сергей уулу"]),
    ("Юрий", ["Юрьевич", "Юрьевна", "Yuryevich", "Yur'evna"]),
    ("Илья", ["Ильич", "Ильинична", "Ilyich"]),
    ("Өмүрбек", ["Өмүрбек кызы", "Омурбековна", "Omurbek kyzy", "Омурбекович"]),
]  # fmt: skip


@pytest.mark.parametrize(("father", "forms"), PATRONYMICS, ids=[one[0] for one in PATRONYMICS])
def test_every_form_of_the_father_s_name(father, forms) -> None:
    for form, other in itertools.combinations(forms, 2):
        assert same(f"Сыдыкова Айгүл {form}", f"{other} Айгул Сыдыкова") is Agreement.SAME


def test_a_father_s_name_left_out_or_first_letters_are_likely() -> None:
    whole = "Осмонов Бакыт Эркинович"
    assert same(whole, "Осмонов Бакыт") is Agreement.LIKELY
    assert same(whole, "Осмонов Б. Э.") is Agreement.LIKELY
    assert same(whole, "Б.Э. Osmonov") is Agreement.LIKELY
    assert same(whole, "Осмонов Болот") is Agreement.OTHER
    assert same(whole, "Осмонов А. Э.") is Agreement.OTHER
    assert same(whole, "Осмонов Бакыт Асанович") is Agreement.OTHER


FORMS = ["ОсОО", "ООО", "ЖЧК", "LLC", "OcOO", "ООО", "ОАО", "ААК", "Osoo", "АО", "ЗАО", "ГП", "МП"]
COMPANIES = [
    "Ала-Тоо Финанс", "Ак-Суу", "Кара-Суу", "Кыргызалтын", "Бишкек Строй", "Демир Банк",
    "Северэлектро", "Нур Телеком", "Аю Холдинг", "Айыл Банк", "Тоо", "Ысык-Көл", "Чүй Транс",
]  # fmt: skip


@settings(deadline=None)
@given(
    st.sampled_from(COMPANIES),
    st.sampled_from(FORMS),
    st.sampled_from(FORMS),
    st.sampled_from(["«{}»", '"{}"', "„{}“", "{}", "'{}'", "“{}”"]),
    st.booleans(),
)
def test_legal_forms_quotes_and_hyphens(company, form, other, quotes, behind) -> None:
    plain = f"{form} «{company}»"
    quoted = quotes.format(company.replace("-", " ").upper())
    varied = f"{quoted}, {other}" if behind else f"{other} {quoted}"
    assert same(plain, varied, organisation=True) is Agreement.SAME
    assert same(plain, latin(company), organisation=True) is Agreement.SAME


def test_companies_stay_apart() -> None:
    keys = [frozenset(organisation_names(f"ОсОО «{one}»")) for one in COMPANIES]
    for one_key, other in itertools.combinations(keys, 2):
        assert not one_key & other


def test_a_sole_trader_is_the_person() -> None:
    trader = one("ИП Осмонов Бакыт Эркинович", organisation=True).parties[0]
    person = one("Осмонов Бакыт Эркинович").parties[0]
    assert agreement(trader, person) is Agreement.SAME


def test_people_stay_apart() -> None:
    """Every plausible person of the corpus, against all others: 30 x 27 x 12."""
    seen: dict[str, tuple[str, ...]] = {}
    for name in itertools.product(SURNAMES, GIVEN, FATHERS):
        surname, given_name, father = name
        for reading in person_names(f"{surname} {given_name} {father} уулу"):
            assert seen.setdefault(reading.full, name) == name
    assert len(seen) >= len(SURNAMES) * len(GIVEN) * len(FATHERS)


def test_the_number_decides() -> None:
    mine = one("Осмонов Бакыт", pin="20101189900001").parties[0]
    renamed = one("Совсем Другой", pin="20101189900001").parties[0]
    namesake = one("Осмонов Бакыт", pin="20101189900002").parties[0]
    unknown = one("Осмонов Бакыт").parties[0]
    assert agreement(mine, renamed) is Agreement.SAME
    assert agreement(mine, namesake) is Agreement.NAMESAKE
    assert agreement(mine, unknown) is Agreement.SAME
    assert agreement(namesake, renamed) is Agreement.OTHER


def test_no_readable_name_is_kept() -> None:
    plain = str(one("Осмонов Бакыт Эркинович", pin="20101189900001").parties[0].plain())
    for word in ("смонов", "osmonov", "20101189900001", "bakit", "erkin"):
        assert word not in plain.lower()
    other = fingerprint(
        [Described(claimant=True, organisation=False, name="Осмонов Бакыт", pin=None)],
        category="loan",
        price=1,
        text="",
        secret=b"another court",
    )
    assert not other.marks & one("Осмонов Бакыт").marks


TEXT = """2024-жылдын 5-мартында мен жоопкерге 500000 сом карыз бердим, ал тилкат жазып берди. Ал
аны 2024-жылдын 1-сентябрына чейин кайтарып берүүгө милдеттенген, бирок кайтарган жок. Менин бир
нече жолку кайрылууларыма жооп бербей келет. Карызды жана пайызды өндүрүп берүүнү суранам."""
CHANGED = TEXT.replace(
    "Менин бир\nнече жолку кайрылууларыма жооп бербей келет.", "Телефон чалсам албайт."
)
OTHER_TEXT = """Жоопкер менин үйүмдү тартып алды, жер участогумдун чегин бузуп, дубал тургузду.
Дубалды алып салууну жана участокту бошотууну милдеттендирүүнү суранам, сот чыгымын өндүргүлө."""


def claim(
    claimant="Осмонов Бакыт Эркинович",
    respondent="ОсОО «Ала-Тоо»",
    *,
    pin="20101189900001",
    category="loan",
    price=50_000_000,
    text=TEXT,
) -> Fingerprint:
    return fingerprint(
        [
            Described(claimant=True, organisation=False, name=claimant, pin=pin),
            Described(claimant=False, organisation=True, name=respondent, pin=None),
        ],
        category=category,
        price=price,
        text=text,
        secret=SECRET,
    )


REPEATS = {
    "to the letter": {},
    "one sentence changed": {"text": CHANGED},
    "another text, the same amount": {"text": OTHER_TEXT},
    "a som more, a sentence less": {"price": 50_000_100, "text": CHANGED},
    "another category, the same text": {"category": "damage"},
    "a name transliterated": {"claimant": "Osmonov Bakyt Erkin uulu", "pin": None},
    "respondent in Latin letters": {"respondent": "Ala-Too LLC"},
    "a wrong number": {"pin": "20101189900009"},
}
LIKE = {
    "another matter of the same parties": {"price": 7_000_000, "text": OTHER_TEXT},
    "another claimant with the same claim": {
        "claimant": "Ким Анна", "pin": "10101189900001"
    },
}  # fmt: skip
NEITHER = {
    "another respondent": {"respondent": "ОсОО «Дордой»"},
    "another claimant and another text": {
        "claimant": "Ким Анна", "pin": "10101189900001", "text": OTHER_TEXT
    },
}  # fmt: skip


@pytest.mark.parametrize("changes", REPEATS.values(), ids=REPEATS)
def test_what_repeats_a_claim(changes) -> None:
    assert compare(claim(), claim(**changes), AT).repeats(AT)


@pytest.mark.parametrize("changes", LIKE.values(), ids=LIKE)
def test_what_only_resembles_a_claim(changes) -> None:
    likeness = compare(claim(), claim(**changes), AT)
    assert likeness.resembles(AT)
    assert not likeness.repeats(AT)


@pytest.mark.parametrize("changes", NEITHER.values(), ids=NEITHER)
def test_what_is_another_claim(changes) -> None:
    likeness = compare(claim(), claim(**changes), AT)
    assert not likeness.resembles(AT)
    assert not likeness.repeats(AT)


def test_a_counterclaim_resembles_but_does_not_repeat() -> None:
    first = claim()
    back = fingerprint(
        [
            Described(claimant=True, organisation=True, name="ЖЧК Ала-Тоо", pin=None),
            Described(claimant=False, organisation=False, name="Осмонов Бакыт", pin=None),
        ],
        category="loan",
        price=50_000_000,
        text=TEXT,
        secret=SECRET,
    )
    likeness = compare(first, back, AT)
    assert likeness.swapped
    assert likeness.resembles(AT)
    assert not likeness.repeats(AT)


def test_one_more_party_hides_nothing() -> None:
    more = fingerprint(
        [
            Described(claimant=True, organisation=False, name="Ким Анна", pin="10101189900001"),
            Described(claimant=True, organisation=False, name="Осмонов Б", pin="20101189900001"),
            Described(claimant=False, organisation=False, name="Цой Лев", pin=None),
            Described(claimant=False, organisation=True, name="Ала Тоо ОсОО", pin=None),
        ],
        category="loan",
        price=50_000_000,
        text=TEXT,
        secret=SECRET,
    )
    assert compare(claim(), more, AT).repeats(AT)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text) -> None:
    assert all(len(word) <= 6 for word in words_of(text))
    for organisation in (True, False):
        made = one(text, organisation=organisation)
        assert agreement(made.parties[0], made.parties[0]) is not Agreement.NAMESAKE


def test_claims_without_words_share_none() -> None:
    assert compare(claim(text=""), claim(text="  "), AT).words == 0.0
    assert claim() == claim()
    assert {type(party.plain()) for party in claim().parties} == {dict}
