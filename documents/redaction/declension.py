"""Declension: the forms a name takes in Russian and Kyrgyz, and a label put into the same case."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from documents.morphology import inflected, name_forms
from documents.spelling import orthographic, skeleton


class Case(StrEnum):
    """The grammatical cases of both languages that change a name's ending."""

    NOMINATIVE = "nomn"
    GENITIVE = "gent"
    DATIVE = "datv"
    ACCUSATIVE = "accs"
    INSTRUMENTAL = "ablt"  # Kyrgyz says it with a postposition; the Kyrgyz ablative is FROM
    LOCATIVE = "loct"
    FROM = "from"


Endings = dict[str, tuple[Case, ...]]

_N, _G, _D, _A, _I, _L = (
    Case.NOMINATIVE, Case.GENITIVE, Case.DATIVE, Case.ACCUSATIVE, Case.INSTRUMENTAL, Case.LOCATIVE,
)  # fmt: skip
# Асановым is one man's instrumental long before it is a family's dative.
_PLURAL: Endings = {"ы": (_N,), "ых": (_G, _A, _L), "ыми": (_I,)}
# A paradigm: what the dictionary form ends in, how much of it is cut off, what may follow.
_PARADIGMS: tuple[tuple[re.Pattern[str], int, Endings], ...] = tuple(
    (re.compile(pattern), cut, endings)
    for pattern, cut, endings in (
        # Асанов, Пушкин: the possessive surname of a man, and of a family
        (r"(?:[ое]в|[иы]н)$", 0, {"": (_N,), "а": (_G, _A), "у": (_D,), "ым": (_I,), "ом": (_I,),
                                  "е": (_L,), **_PLURAL}),
        # Асанова: of a woman
        (r"(?:[ое]в|[иы]н)а$", 1, {"а": (_N,), "ой": (_G, _D, _I, _L), "ою": (_I,), "у": (_A,)}),
        # Ленинский, Толстой; Ленинская
        (r"(?:[иы]й|ой)$", 2, {"ий": (_N,), "ый": (_N,), "ой": (_N,), "ого": (_G, _A),
                               "его": (_G, _A), "ому": (_D,), "ему": (_D,), "им": (_I,),
                               "ым": (_I,), "ом": (_L,), "ем": (_L,), "ие": (_N,), "ые": (_N,),
                               "их": (_G, _A, _L), "ых": (_G, _A, _L), "ими": (_I,),
                               "ыми": (_I,)}),
        (r"[ая]я$", 2, {"ая": (_N,), "яя": (_N,), "ой": (_G, _D, _I, _L), "ей": (_G, _D, _I, _L),
                        "ую": (_A,), "юю": (_A,), "ою": (_I,)}),
        # Асан, Шмидт, Асанович
        (r"[бвгджзклмнпрстфхцчшщ]$", 0, {"": (_N,), "а": (_G, _A), "у": (_D,), "ом": (_I,),
                                         "ем": (_I,), "е": (_L,)}),
        (r"й$", 1, {"й": (_N,), "я": (_G, _A), "ю": (_D,), "ем": (_I,), "е": (_L,), "и": (_L,)}),
        (r"ь$", 1, {"ь": (_N, _A), "я": (_G, _A), "ю": (_D,), "ем": (_I,), "е": (_L,),
                    "и": (_G, _D, _L), "ью": (_I,)}),
        # Чынара, Асановна, Ева, Илья, Мария; «Асанове» is of Асанов and not of Асанова
        (r"(?<!.[а-я][ое]в)а$", 1,
         {"а": (_N,), "ы": (_G,), "и": (_G,), "е": (_D, _L), "у": (_A,), "ой": (_I,),
          "ою": (_I,), "ей": (_I,), "ею": (_I,)}),
        (r"я$", 1, {"я": (_N,), "и": (_G, _D, _L), "е": (_D, _L), "ю": (_A,), "ей": (_I,),
                    "ею": (_I,), "ой": (_I,)}),
    )
)  # fmt: skip

_V = "[аеоуиюя]"
# Kyrgyz suffixes after skeleton(): ө=о, ү=у, ы=и, э=е, ң=н; harmony leaves а е о / и у.
_CASES_KY: tuple[tuple[Case, str], ...] = (
    (Case.GENITIVE, r"[ндт][иу]н"),
    (Case.FROM, r"[дтн][аео]н"),
    (Case.FROM, r"[иу]?н[аео]н"),
    (Case.LOCATIVE, r"н?[дт][аео]"),
    (Case.DATIVE, r"[гк][аео]|н[аео]|[аео]"),
    (Case.ACCUSATIVE, r"[ндт][иу]|н"),
)
_SUFFIX_KY = "|".join(
    (
        r"[лдт][аео]р",  # plural
        r"[иу]?м[иу]?з|[иу]?б[иу]з|[иу]?н[иу]з|[иу]?м|с[иу]н?|[иу]н?",  # possessive
        *(pattern for _, pattern in _CASES_KY),
        r"[ндт][иу]к[иу]|[дтн]аг[иу]|[дт]ег[иу]|[дт]ог[уи]",  # -ныкы, -дагы
        r"[дт][аео]и|ч[аео]|ч[иу]|[лдт][иу]к|л[иу]у?|с[иу]з|[дт][иу]р|[мбп][иу]|м[иу]н|б[иу]н",
        r"синик|дин[еи]кин",
        r"ул[уи](?:н[иу]н|на|н|нда|нан)?|киз[иу](?:н[иу]н|на|н|нда|нан)?|угл[иу]|огл[иу]",
    )
)
_CHAIN = re.compile(rf"(?:{_SUFFIX_KY}){{1,4}}")
_LAST_CASE = tuple(
    (case, re.compile(rf"(?:(?:{_SUFFIX_KY}){{0,3}}?)(?:{pattern})")) for case, pattern in _CASES_KY
)
_MAX_CHAIN = 14
# «Алина», «Асанова»: no dative of Алин, Асанов, which would be Алинге, Асановго.
_VOWEL_OF_A_WOMAN = frozenset("аео")
_STEM = re.compile(
    r"(.+?(?:[оеё]в|и[нч]|ск|ц?к|ова|ева|ина)?)(?:ого|ому|ими?|ои|ая|ую|ом|ем|а|у|е|и|я|ю|и[хм])?$"
)
_KY_TAIL = re.compile(r"(?<=.{3})(?:[ндт][иу]н|[дтн][аео]н|[ндт][иу]|[гк][аео]|[дт][аео]|н[аео])$")
_LEAST_STEM = 3


@lru_cache(maxsize=4_096)
def russian_forms(name: str) -> dict[str, frozenset[Case]]:
    """Return skeleton form -> cases for each way Russian may decline a name.

    >>> sorted(russian_forms("асанова")["асанову"])
    [<Case.ACCUSATIVE: 'accs'>]
    """
    forms: dict[str, set[Case]] = {skeleton(name): {Case.NOMINATIVE}}
    for pattern, cut, endings in _PARADIGMS:
        if pattern.search(name) is None:
            continue
        stem = name[: len(name) - cut]
        for ending, cases in endings.items():
            forms.setdefault(skeleton(stem + ending), set()).update(cases)
    # Бек, Павел lose a letter; names in -ек/-ец/-ел are few and known by this rule.
    if re.search(r"[а-я]{2}[ео][клц]$", name):
        stem = name[:-2] + name[-1]
        for ending, cases in (("а", (_G, _A)), ("у", (_D,)), ("ом", (_I,)), ("е", (_L,))):
            forms.setdefault(skeleton(stem + ending), set()).update(cases)
    # Лев - Льва, Пётр - Петра and whatever else no ending foretells.
    for form, names in name_forms(orthographic(name)).items():
        forms.setdefault(skeleton(form), set()).update(Case(case) for case in names)
    return {form: frozenset(cases) for form, cases in forms.items()}


@lru_cache(maxsize=4_096)
def other_gender(name: str) -> str | None:
    """Return the surname as a relative of the other sex bears it: Асанов for Асанова."""
    for pattern, cut, added in (
        (r"(?:[ое]в|[иы]н)$", 0, "а"),
        (r"(?:[ое]в|[иы]н)а$", 1, ""),
        (r"[сц]кий$", 2, "ая"),
        (r"[сц]кая$", 2, "ий"),
    ):
        if re.search(pattern, name):
            return name[: len(name) - cut] + added
    return None


@lru_cache(maxsize=65_536)
def stem_of(word: str, language: str = "ru") -> str:
    """Return what the forms of an unknown name have in common, in a text of this language.

    >>> stem_of("Мартина") == stem_of("Мартин"), stem_of("Айгүлдүн", "ky") == stem_of("Айгүл", "ky")
    (True, True)
    """
    base = skeleton(word) if language == "ru" else _KY_TAIL.sub("", skeleton(word))
    found = _STEM.match(base)
    return found[1] if found and len(found[1]) >= _LEAST_STEM else base


@lru_cache(maxsize=16_384)
def kyrgyz_case(rest: str) -> Case | None:
    """Return the case of a Kyrgyz suffix chain, or nothing when it is no such chain.

    ``rest`` is what follows the name in a word, as skeleton() leaves it.
    """
    if not rest or rest in _VOWEL_OF_A_WOMAN:
        return Case.NOMINATIVE
    if len(rest) > _MAX_CHAIN or _CHAIN.fullmatch(rest) is None:
        return None
    for case, pattern in _LAST_CASE:
        if pattern.fullmatch(rest):
            return case
    return Case.NOMINATIVE


@lru_cache(maxsize=4_096)
def kyrgyz_bases(name: str) -> tuple[str, ...]:
    """Return the skeletons that suffixes may be joined to: Айбек, and Айбег- before a vowel."""
    base = skeleton(name)
    softened = {"к": "г", "п": "б"}.get(base[-1:])
    return (base, base[:-1] + softened) if softened else (base,)


_VOWEL_CLASS = {
    **dict.fromkeys("аыяу", "а"), **dict.fromkeys("ю", "а"), **dict.fromkeys("еэи", "е"),
    **dict.fromkeys("оё", "о"), **dict.fromkeys("өү", "ө"),
}  # fmt: skip
_HIGH = {"а": "ы", "е": "и", "о": "у", "ө": "ү"}
_VOICELESS = frozenset("кптсшчхфщц")
_VOWELS = frozenset("аоуыэияеёюөү")


def decline_kyrgyz(label: str, case: Case) -> str:
    """Return a Kyrgyz label in a case, with the suffix in harmony: 1-доогер -> 1-доогердин."""
    last = label[-1].lower()
    vowels = [letter for letter in label.lower() if letter in _VOWELS]
    if case in {Case.NOMINATIVE, Case.INSTRUMENTAL} or not vowels:
        return label
    low = _VOWEL_CLASS[vowels[-1]]
    high = "у" if vowels[-1] in "ую" else _HIGH[low]
    if last in _VOWELS:
        hard, nasal = "д", "н"
    elif last in _VOICELESS:
        hard = nasal = "т"
    else:
        hard = nasal = "д"
    velar = "к" if last in _VOICELESS else "г"
    return (
        label
        + {
            Case.GENITIVE: nasal + high + "н",
            Case.DATIVE: velar + low,
            Case.ACCUSATIVE: nasal + high,
            Case.LOCATIVE: hard + low,
            Case.FROM: hard + low + "н",
        }[case]
    )


def decline_russian(label: str, case: Case) -> str:
    """Return a Russian label in a case: Истец 1 -> Истца 1, Третье лицо 2 -> Третьего лица 2."""
    if case in {Case.NOMINATIVE, Case.FROM}:
        return label
    words = label.split(" ")
    changed = [inflected(word.lower(), case.value) if word.isalpha() else word for word in words]
    return " ".join(changed)[:1].upper() + " ".join(changed)[1:]


def decline(label: str, cases: frozenset[Case], language: str) -> str:
    """Return the label in the one case that the replaced name stood in.

    Where the name's form fits several cases that would read differently (Асановой), the label
    stays as it is: an unbent label is clumsy, a wrongly bent one misleads.
    """
    if not cases or label.startswith("[") or label.endswith("."):
        return label
    bend = decline_kyrgyz if language == "ky" else decline_russian
    readings = {bend(label, case) for case in cases}
    return readings.pop() if len(readings) == 1 else label
