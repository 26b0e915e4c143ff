"""Vocabulary: the words around a name that say what kind of name it is."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from documents.redaction.declension import kyrgyz_case, russian_forms
from documents.spelling import fold, skeleton

_I = re.IGNORECASE

#: What the names of the months begin with, by number.
MONTHS = (
    *("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август"),
    *("сентябр", "октябр", "ноябр", "декабр"),
)
#: уулу, кызы, оглы and their cases, as skeleton() leaves them; and as passports write them.
PARTICLE = re.compile(
    r"(?:ул[уи]|угл[уи]|огл[уи]|киз[иу])(?:н[иу]н|на|н|нда|нан|дин|га|ди|да|дан)?"
    r"|u?u?u?lu|uuly|[ou]g[hl]?l[uyi]|k[yi]z[yi]"
)
#: Асанович, Асановна in any case and with Kyrgyz suffixes, as skeleton() leaves them.
PATRONYMIC = re.compile(
    r".{2,}(?:[ое]вич(?:а|у|ем|е)?|[ое]вн(?:а|и|е|у|ои)|иничн(?:а|и|е|у|ои))"
    r"(?:н[иу]н|[нд][иу]|[гк][ае]|[дт][ае]н?|т[иу]н?)?"
)
_OF_FATHER = re.compile(r"[иеяь]?[ое]?в(?:ич|на)|и?ич|инична")
#: What stands before the name of somebody in office.
_OFFICE = (
    r"судь(?:я|и|е|ю|ёй|ей|янын|яга|яны|ясы)|соттун\s+судьясы|председательствующ\w+|"
    r"председател\w+\s+суда|төрагалык\s+кылуучу\w*|төрагалыгы\w*|прокурор\w*|обвинител\w+|"
    r"айыптоочу\w*|секретар\w+|катчы\w*|адвокат\w*|защитник\w*|жактоочу\w*|эксперт\w*|"
    r"нотариус\w*|следовател\w+|тергөөчү\w*|переводчик\w*|котормочу\w*|аткаруучу\w*|"
    r"исполнител\w+|директор\w*|начальник\w*|министр\w*|төрага\w*|төрайым\w*"
)
OFFICE_WORD = re.compile(
    rf"(?<!\w)(?:{_OFFICE})"
    r"[\s:,\u2013\u2014-]*(?:\w+\s+(?:района|района\s+города|соттун|суда)\s+)?"
    r"(?:[А-ЯЁҢӨҮ]{1,2}\.\s?){0,3}$",
    _I,
)
# A judge named with initials behind the word of his office is the court itself, even where the
# case file does not know him. An advocate is not so safe: «адвокат Асанова» may be Асанов's.
ON_THE_BENCH = re.compile(
    r"(?<!\w)(?:судь(?:я|и|е|ю|ёй|ей|янын|яга|яны|ясы)|судей|председательствующ\w+|"
    r"төрагалык\s+кылуучу\w*|төрагалыгы\w*)[\s:,\u2013\u2014-]*$",
    _I,
)
_PLACE_NOUN = (
    r"облус|район|шаар|айыл|аймак|кыштак|сот(?!то|ко)|област|город|сел[оа]\b|суд\b|суда\b|суду\b"
    r"|судом\b|край|ордо|городск|районн|областн|межрайон|мамлекеттик"
)
PLACE_AFTER = re.compile(rf"[^\S\n]+(?:{_PLACE_NOUN})", _I)
PLACE_BEFORE = re.compile(
    r"(?<!\w)(?:(?:г|гор|с|ш|а)\.|город(?:а|е|у)?|сел[оае]|айыл\w*|шаар\w*)\s*$", _I
)
STREET_AFTER = re.compile(
    r"(?:[^\S\n]+|-)(?:көч(?:ө|\.)|проспект|бульвар|пр-т|кичи\s*район|микрорайон|мкр|"
    r"атындагы|тар\s*көч)",
    _I,
)
STREET_BEFORE = re.compile(
    r"(?:\bул|\bулиц(?:а|ы|е|у|ей)|\bпр|\bпр-т|\bпросп|\bпроспект\w{0,2}|\bпер|\bпереул\w+|"
    r"\bбульвар\w{0,2})\.?\s*(?:(?:им\.|имени)\s*)?(?:[А-ЯЁҢӨҮ]\.\s?){0,2}$",
    _I,
)
NAMED_AFTER = re.compile(r"(?<!\w)(?:им\.|имени)\s*(?:[А-ЯЁҢӨҮ]\.\s?){0,2}$", _I)
_FORMS = (
    r"ОсОО|ООО|ЖЧК|ОАО|ААК|ЗАО|ЖАК|АО|АК|ОО|КБ|ЖШС|МП|ГП|МЧС|УТМ|компани\w+|компания\w*|"
    r"фирм\w+|банк\w*|фонд\w*|кооператив\w*|завод\w*|мектеп\w*|школ\w+|общество\w*|коом\w*"
)
_OPEN, _WITHIN, _SHUT = r"[«\"“„](?=\S)", r"[^«»\"“”„\n]", r"(?<=\S)[»\"”“]"
#: A legal entity with its name in quotes, quotes inside quotes included. Typists' quotes open and
#: shut alike: one opens only before a letter and shuts only behind one, or whoever stands between
#: two companies would pass for a part of the name.
FORM_WORD = re.compile(_FORMS)
LEGAL_FORM = re.compile(
    rf"(?<!\w)(?:{_FORMS})\s*{_OPEN}{_WITHIN}{{1,120}}"
    rf"(?:{_SHUT}|(?<=[\s(]){_OPEN}{_WITHIN}{{1,80}}{_SHUT}(?:{_WITHIN}{{0,60}}{_SHUT})?)"
    rf"|{_OPEN}{_WITHIN}{{1,120}}{_SHUT}\s*(?:{_FORMS})(?!\w)"
)
#: A car by its name in quotes.
CAR = re.compile(
    r"(?<!\w)(?:марк[аиеу]\w*|автомобил\w+|автомашин\w+|машин\w+|унаа\w*|а/м)\s*(?:марк\w+\s*)?"
    rf"{_OPEN}{_WITHIN}{{1,40}}{_SHUT}",
    _I,
)
#: What stands behind the name of a bank: «Демир Банк»; a small letter may begin another word.
BANK_AFTER = re.compile(r"[^\S\n](?:Банк|БАНК|Bank|BANK)[а-я]{0,4}(?!\w)")
#: What stands before the first word of a sentence, of a line or of words in quotes.
SENTENCE_END = re.compile(r"(?:^|[.!?:;\n«\"“(\u2022\u2013\u2014-])\s*$")
#: Who, by his place in the case, is a person although the file does not name him.
PERSON_WORD = (
    r"(?:гр\.|гражданин\w*|гражданк\w+|свидетел\w+|күбө\w*|жаран(?:ы|га|дын|дан|ды|)|"
    r"потерпевш\w+|жабырлануучу\w*|супруг\w*|ист(?:ец|ц(?:а|у|ом|е|ы|ов|ам|ами|ах))|истиц\w*|"
    r"ответчи[кц]\w*|доогер\w*|жоопкер\w*|взыскател\w+|өндүрүп\s+алуучу\w*|"
    r"должн(?:ик|иц)\w*|карызкор\w*|карыздар\w*|заявител\w+|арыз\s+(?:ээ|берүүчү)\w*|"
    r"заинтересованн\w+\s+лиц\w{0,3}|кызыкдар\s+жа[кг]\w*|треть(?:е|его|ему|им|ем|и|их|ими)\s+"
    r"лиц\w{0,3}|үчүнчү\s+жа[кг]\w*|"
    r"подсудим\w+|осужд[её]нн\w+|оправданн(?:ый|ого|ому|ым|ом|ая|ой|ую)|обвиняем\w+|"
    r"подозреваем\w+|правонарушител\w+|соттолуучу\w*|соттолгон\w*|акталган\w*|"
    r"айыпталуучу\w*|шектүү\w*|укук\s+бузуучу\w*|"
    r"сын\w{0,3}|доч\w+|мать|отец|отца|брат\w{0,2}|сестр\w+|баласы|кызынын|уулунун)"
)
_OF_ROLES = (
    r"өндүрүп|алуучу\w*|арыз|ээси\w*|берүүчү\w*|заинтересованн\w+|кызыкдар|треть(?:е|его|ему|им|ем)|"
    r"үчүнчү|представител\w+|өкүл\w*|понят(?:ой|ого|ому|ым|ая|ые|ых)|калыс\w*|"
    r"специалист\w*|заёмщи[кц]\w*|заемщи[кц]\w*|наследни[кц]\w*|наследодател\w+|мураскер\w*|mrs?|ms|miss|мистер\w*|миссис"
)
#: A word that says what somebody is in the case; it is never a part of a name.
ROLE_WORD = re.compile(rf"(?:{_OFFICE}|{PERSON_WORD}|{_OF_ROLES})", _I)


def list_of(name: str) -> list[str]:
    """Return a list of words.toml as it is written there."""
    return str(_LISTS[name]).split()


def words_of(name: str) -> frozenset[str]:
    """Return a list of words.toml, each word as skeleton() leaves it."""
    return frozenset(map(skeleton, list_of(name)))


_LISTS = tomllib.loads(files("documents.redaction").joinpath("words.toml").read_text("utf-8"))
KYRGYZ_WORDS = words_of("also_names")
ADDRESS_WORDS = words_of("address")
COMMON_GIVEN = words_of("given")
SMALL_WORDS = words_of("small")
INSTITUTIONS = words_of("institutions")
_CARS = words_of("cars")
_TOPONYMS = words_of("toponyms")
_MEMORIALS = words_of("memorials")


@cache
def _forms(name: str) -> frozenset[str]:
    """Return every Russian form of a list: worked out when needed, as it asks the dictionary."""
    return frozenset(form for word in list_of(name) for form in russian_forms(fold(word)))


@lru_cache(maxsize=65_536)
def is_particle(word: str) -> bool:
    """Tell whether the word is уулу, кызы, оглы in some case and spelling."""
    return (
        PARTICLE.fullmatch(skeleton(word)) is not None
        or PARTICLE.fullmatch(word.lower()) is not None
    )


def is_patronymic_of(patronymic: str, father: str) -> bool:
    """Tell whether a patronymic is made of a father's name, both as they may be written.

    >>> is_patronymic_of("Сергеевич", "Сергей"), is_patronymic_of("Асан", "Асан")
    (True, True)
    >>> is_patronymic_of("Асанович", "Асанбек")
    False
    """
    made, name = skeleton(patronymic), skeleton(father)
    if made == name:
        return True
    stem = name[:-1] if name[-1:] in {"и", "й", "а", "я"} else name
    return made.startswith(stem) and _OF_FATHER.fullmatch(made[len(stem) :]) is not None


def is_title(word: str) -> bool:
    """Tell whether the word is, in some case, what somebody is called before his name."""
    return skeleton(word) in _forms("titles")


@lru_cache(maxsize=16_384)
def is_toponym(word: str) -> bool:
    """Tell whether the word is, in some case, a place of the country."""
    return _is_form(skeleton(word), _forms("toponyms"), _TOPONYMS)


@lru_cache(maxsize=4_096)
def is_car(word: str) -> bool:
    """Tell whether the word is, in some case, a make or a model of a car."""
    return _is_form(skeleton(word), _forms("cars"), _CARS)


@lru_cache(maxsize=4_096)
def is_memorial(word: str) -> bool:
    """Tell whether the word is, in some case, whom institutions of the country are named after."""
    return _is_form(skeleton(word), _forms("memorials"), _MEMORIALS)


def _is_form(base: str, forms: frozenset[str], names: frozenset[str]) -> bool:
    return base in forms or any(
        base[:cut] in names and kyrgyz_case(base[cut:]) is not None
        for cut in range(2, len(base) + 1)
    )
