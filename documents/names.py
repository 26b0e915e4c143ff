"""Names in a sentence: the case forms of persons', courts' and roles' names in both languages.

Where a form is not certain (a woman's name that ends in a consonant, a name that tells no sex) the
name stays as it is: an unbent name is clumsy, a wrongly bent one is another person's.
"""

import re
from collections.abc import Callable

from documents.morphology import given_name, inflected, part_of_speech
from documents.redaction.declension import Case, decline_kyrgyz

_SONS, _DAUGHTERS = frozenset({"уулу", "оглу"}), frozenset({"кызы", "кизи", "гызы"})
_SURNAME = re.compile(r"(?:[оеё]ва?|ск(?:ий|ая))$")
_INITIAL = re.compile(r"[А-ЯЁҢӨҮ][а-яёңөү]?\.")
_BENT = (Case.GENITIVE, Case.DATIVE, Case.ACCUSATIVE, Case.INSTRUMENTAL, Case.LOCATIVE)
_CONSONANTS = tuple("бвгджзйклмнпрстфхцчшщь")
_HISSING, _BACK = "жшчщц", "гкхжшчщ"

_Endings = tuple[str, str, str, str, str]
"""What stands in the genitive, dative, accusative, instrumental and locative."""


# ------------------------------------------------------------------ Russian


def is_woman(name: str) -> bool | None:
    """Whether a full name is a woman's; None where it does not tell.

    >>> is_woman("Асанова Айгүл Бакытовна"), is_woman("Токтогул уулу Нурлан"), is_woman("Ким Юн")
    (True, False, None)
    """
    words = name.lower().split()
    if _DAUGHTERS & set(words):
        return True
    if _SONS & set(words):
        return False
    for woman, endings in (
        (True, ("овна", "евна", "ична", "инична")),
        (False, ("ович", "евич", "ьич", "кузьмич", "ильич")),
        (True, ("ова", "ева", "ёва", "ская", "цкая")),
        (False, ("ов", "ев", "ёв", "ский", "цкий")),
    ):
        if any(word.endswith(endings) for word in words):
            return woman
    told = {given_name(word) for word in words} - {None}
    if told == {"femn"}:
        return True
    if told == {"masc"}:
        return False
    return next((word.endswith("а") for word in words[:1] if re.search(r"ина?$", word)), None)


def russian_person(name: str, case: Case) -> str:
    """A person's name in a case: Асанова Айгүл Бакытовна -> Асановой Айгүл Бакытовне.

    What stands before уулу or кызы, and these words themselves, do not change; nor do initials.
    """
    if case not in _BENT:
        return name
    woman = is_woman(name)
    if woman is None:
        return name
    words = name.split(" ")
    fixed = {
        place
        for place, word in enumerate(words)
        if word.lower() in _SONS | _DAUGHTERS
        or (place + 1 < len(words) and words[place + 1].lower() in _SONS | _DAUGHTERS)
    }
    surname = _surname_at(words)
    return " ".join(
        word
        if place in fixed or _INITIAL.match(word)
        else "-".join(
            _bent(part, case, woman=woman, surname=place == surname) for part in word.split("-")
        )
        for place, word in enumerate(words)
    )


def _surname_at(words: list[str]) -> int | None:
    """The place of the surname: the official order begins with it, speech may end with it."""
    if {word.lower() for word in words} & (_SONS | _DAUGHTERS):
        return None
    borne = [_SURNAME.search(word.lower()) is not None for word in words]
    return 1 if borne == [False, True] else 0


def _bent(word: str, case: Case, *, woman: bool, surname: bool) -> str:
    known = None if surname else given_name(word.lower())
    if known == ("femn" if woman else "masc"):
        return inflected(word.lower(), case.value).capitalize()
    for pattern, cut, endings in _paradigms(woman=woman, surname=surname):
        if re.search(pattern, word.lower()):
            stem = word[: len(word) - cut]
            return stem + endings(stem.lower())[_BENT.index(case)]
    return word


def _paradigms(*, woman: bool, surname: bool) -> list[tuple[str, int, Callable[[str], _Endings]]]:
    """What a name may end in, how much of it is cut off, and what follows the stem."""
    own: list[tuple[str, int, Callable[[str], _Endings]]]
    if surname and woman:
        own = [
            (r"(?:[оеё]в|[иы]н)а$", 1, lambda _: ("ой", "ой", "у", "ой", "ой")),
            (r"ая$", 2, lambda _: ("ой", "ой", "ую", "ой", "ой")),
        ]
    elif surname:
        own = [
            (r"(?:[оеё]в|[иы]н)$", 0, lambda _: ("а", "у", "а", "ым", "е")),
            (r"[гкх]ий$", 2, lambda _: ("ого", "ому", "ого", "им", "ом")),
            (r"[ыо]й$", 2, lambda _: ("ого", "ому", "ого", "ым", "ом")),
        ]
    else:
        own = []
    first = [
        (r"ия$", 1, lambda _: ("и", "и", "ю", "ей", "и")),
        (r"я$", 1, lambda _: ("и", "е", "ю", "ей", "е")),
        (r"а$", 1, _first_declension),
    ]
    if woman:
        return [*own, *first, (r"ь$", 1, lambda _: ("и", "и", "ь", "ью", "и"))]
    return [
        *own,
        *first,
        (r"ий$", 1, lambda _: ("я", "ю", "я", "ем", "и")),
        (r"[йь]$", 1, lambda _: ("я", "ю", "я", "ем", "е")),
        (rf"[{_HISSING}]$", 0, lambda _: ("а", "у", "а", "ем", "е")),
        (r"[бвгдзклмнңпрстфх]$", 0, lambda _: ("а", "у", "а", "ом", "е")),
    ]


def _first_declension(stem: str) -> _Endings:
    return (
        "и" if stem.endswith(tuple(_BACK)) else "ы",
        "е",
        "у",
        "ей" if stem.endswith(tuple(_HISSING)) else "ой",
        "е",
    )


def russian_phrase(phrase: str, case: Case) -> str:
    """A court, office or role in a case: its first noun is bent, with the adjectives before it.

    >>> russian_phrase("Ленинский районный суд города Бишкек", Case.DATIVE)
    'Ленинскому районному суду города Бишкек'
    """
    if case not in _BENT:
        return phrase
    words = phrase.split(" ")
    head = next(
        (place for place, word in enumerate(words) if part_of_speech(word.lower()) == "NOUN"), None
    )
    if head is None:  # потерпевший, обвиняемый: who is so called is a person
        person = Case.GENITIVE if case is Case.ACCUSATIVE else case
        return " ".join(_word(word, person) for word in words)
    noun = words[head].lower()
    if case is Case.ACCUSATIVE and noun.endswith(_CONSONANTS):
        # A person looks in the accusative as in the genitive, a thing as in the nominative.
        thing = inflected(noun, case.value) == noun or noun == "суд"
        return phrase if thing else russian_phrase(phrase, Case.GENITIVE)
    bent = [_adjective(word, case) for word in words[:head]]
    return " ".join([*bent, _word(words[head], case), *words[head + 1 :]])


def _adjective(word: str, case: Case) -> str:
    ending = re.search(r"(?<=[гкх])[ио]й$|(?<=[нтвлрмдз])[ыо]й$", word.lower())
    if ending is None:
        return _word(word, case)
    instrumental = "им" if word[ending.start() - 1] in "гкх" else "ым"
    endings: _Endings = ("ого", "ому", ending.group(), instrumental, "ом")
    return word[: ending.start()] + endings[_BENT.index(case)]


def _word(word: str, case: Case) -> str:
    changed = inflected(word.lower(), case.value)
    return changed[:1].upper() + changed[1:] if word[:1].isupper() else changed


# ------------------------------------------------------------------ Kyrgyz


_OWNED: dict[Case, str] = {
    Case.GENITIVE: "н{high}н",
    Case.DATIVE: "н{low}",
    Case.ACCUSATIVE: "н",
    Case.LOCATIVE: "нд{low}",
    Case.FROM: "н{low}н",
}
"""After the ending that says whose it is (соту, уулу): сотунун, сотуна, сотун, сотунда, сотунан."""

_HARMONY = {"ы": ("ы", "а"), "и": ("и", "е"), "у": ("у", "а"), "ү": ("ү", "ө")}
# How the last letter of an abbreviation is read aloud decides its suffix: ЖЧК is же-че-ка.
_READ = {
    **dict.fromkeys("бвгджзптцч", "е"), **dict.fromkeys("кхш", "а"),
    **dict.fromkeys("лмнрсф", "эн"), "ң": "ың",
}  # fmt: skip


def kyrgyz_person(name: str, case: Case) -> str:
    """A person's name in a case: only its last word changes, уулу and кызы as owned words do.

    >>> kyrgyz_person("Сыдыков Нурлан Өмүрбек уулу", Case.DATIVE)
    'Сыдыков Нурлан Өмүрбек уулуна'
    """
    return _kyrgyz(name, case, owned=name.lower().endswith(("уулу", "кызы")))


def kyrgyz_phrase(phrase: str, case: Case) -> str:
    """A court, office or firm in a case: Бишкек шаарынын Ленин райондук соту -> … сотуна.

    A name of several words that ends in ы, и, у or ү says whose the thing is; -уучу says who acts.
    """
    owned = " " in phrase and re.search(r"[^ч\W][ыиуү]$", phrase.lower()) is not None
    return _kyrgyz(phrase, case, owned=owned)


def _kyrgyz(name: str, case: Case, *, owned: bool) -> str:
    last = name.rpartition(" ")[2]
    if case in {Case.NOMINATIVE, Case.INSTRUMENTAL} or not last or _INITIAL.search(last):
        return name
    if owned:
        high, low = _HARMONY[last[-1].lower()]
        return name + _OWNED[case].format(high=high, low=low)
    letters = last.strip("«»\"'()")
    if len(letters) > 1 and letters.isupper():
        sound = _READ.get(letters[-1].lower(), letters[-1].lower())
        return name + decline_kyrgyz(sound, case).removeprefix(sound)
    if not letters[-1:].isalpha():
        return name
    return name + decline_kyrgyz(letters, case).removeprefix(letters)


# ------------------------------------------------------------------ both


def person_in(name: str, case: Case, language: str) -> str:
    """A person's name in a case of a language; one that has no cases leaves it alone."""
    bend = {"ru": russian_person, "ky": kyrgyz_person}.get(language)
    return bend(name, case) if bend else name


def phrase_in(phrase: str, case: Case, language: str) -> str:
    """A court's, an office's or a role's name in a case of a language."""
    bend = {"ru": russian_phrase, "ky": kyrgyz_phrase}.get(language)
    return bend(phrase, case) if bend else phrase


def to_court(name: str, language: str) -> str:
    """How a paper begins that goes to a court: В Ленинский районный суд …; … сотуна."""
    if language == "ru":
        return f"В {russian_phrase(name, Case.ACCUSATIVE)}"
    return phrase_in(name, Case.DATIVE, language)
