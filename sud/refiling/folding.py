"""Folding: brings every spelling of a name to one key, whatever the case, alphabet or order.

The key is for comparing only. It is coarser than any alphabet on purpose: who files a claim again
to reach another judge chooses the spelling.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# Letters that look alike in print, by their small Latin form; on paper nobody tells them apart.
_ALIKE: Final = dict(zip("abcehkmoptxyi", "авсенкмортхуі", strict=True))
_ALIKE_BACK: Final = {there: here for here, there in _ALIKE.items()}
_DIGITS_ALIKE: Final = {"0": "о", "3": "з"}

_CYRILLIC: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "ґ": "g", "д": "d", "е": "e", "є": "e",
    "ж": "j", "җ": "j", "з": "z", "и": "i", "і": "i", "й": "i", "к": "k", "қ": "k", "л": "l",
    "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ү": "u", "ұ": "u", "ф": "f", "х": "h", "ҳ": "h", "һ": "h", "ц": "ts", "ч": "4",
    "ш": "$", "щ": "$", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia", "ә": "a",
}  # fmt: skip
"""Kyrgyz, Russian and the neighbours' letters; 4 and $ stand for the sounds of ч and ш."""

_TURKIC: Final = str.maketrans(
    {"ş": "sh", "ș": "sh", "š": "sh", "ç": "ch", "č": "ch", "ž": "zh", "ğ": "g", "ı": "i"}
)
_LATIN: Final = (
    (re.compile("s[hc]+h"), "$"),
    (re.compile("sch"), "$"),
    (re.compile("sh"), "$"),
    (re.compile("t?ch"), "4"),
    (re.compile("d?zh|dj"), "j"),
    (re.compile("kh"), "h"),
    (re.compile("gh"), "g"),
    (re.compile("ph"), "f"),
    (re.compile("tz"), "ts"),
    (re.compile("ck"), "k"),
    (re.compile("j(?![aeiouy])"), "i"),
    (re.compile("c(?=[eiy])"), "s"),
    (re.compile("[cq]"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("w"), "v"),
    (re.compile("yo"), "e"),
    (re.compile("y"), "i"),
)
"""The usual ways in which passports and clerks write our letters in Latin ones, longest first."""

_SOUNDS: Final = (
    (re.compile("dj"), "j"),
    (re.compile("ng"), "n"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile("ie"), "e"),
    (re.compile("ia"), "q"),
    (re.compile("(?<=[bdfgjklmnprstvz4$])iu"), "u"),
    (re.compile("iu"), "w"),
)
"""Дж is ж, ң is н, a doubled letter is one; я is ия, ya and ia; ю after a consonant is ү."""

_SPLIT: Final = re.compile(r"[\W_]+")
_INSIDE_A_WORD: Final = re.compile(r"(?<=\w)['’ʼʹ`´‘](?=\w)")
"""How a soft sign is written in Latin letters."""
_PATRONYMIC: Final = re.compile(
    r"(?:(?:ov|ev)i4|(?:ov|ev)na|ini4na|i4na|i4|(?<=.)u(?:lu|li)|(?<=.)kizi?)$"
)
_SON_OR_DAUGHTER: Final = frozenset(("ulu", "uli", "kizi", "kiz", "oglu", "ogli"))
_LAST_VOWELS: Final = re.compile("[aeiou]+$")
_SHORTEST_FATHER: Final = 2

_FORMS: Final = (
    "осоо", "ооо", "жчк", "ао", "оао", "зао", "пао", "аак", "жак", "гп", "мп", "гуп", "муп",
    "osoo", "zhchk", "jchk", "oao", "zao", "pao", "aak", "jak", "zhak", "gp", "mp", "llc", "ltd",
    "limited", "jsc", "ojsc", "cjsc", "inc", "corp",
)  # fmt: skip
_FORMS_IN_WORDS: Final = (
    "общество с ограниченной ответственностью", "жоопкерчилиги чектелген коому",
    "жоопкерчилиги чектелген коом", "открытое акционерное общество",
    "закрытое акционерное общество", "акционерное общество", "ачык акционердик коому",
    "ачык акционердик коом", "жабык акционердик коому", "жабык акционердик коом",
    "акционердик коому", "акционердик коом", "государственное предприятие",
    "муниципальное предприятие", "мамлекеттик ишканасы", "мамлекеттик ишкана",
    "муниципалдык ишканасы", "муниципалдык ишкана", "limited liability company",
    "joint stock company",
)  # fmt: skip
_TRADERS: Final = (
    "ип", "жи", "ip", "zhi", "ji", "индивидуальный предприниматель", "жеке ишкер",
    "sole trader", "individual entrepreneur",
)  # fmt: skip
"""A person who trades is that person."""


@dataclass(frozen=True, slots=True)
class NameReading:
    """One reading of a person's name: the words without order, and the father's name apart."""

    words: tuple[str, ...]
    father: str

    @property
    def short(self) -> str:
        """Surname and given name."""
        return " ".join(self.words)

    @property
    def full(self) -> str:
        """With the father's name, however it is formed."""
        return f"{self.short}/{self.father}"

    @property
    def initials(self) -> tuple[str, ...]:
        """Each word that may be the surname with the first letter of another one."""
        letters = [word for word in self.words if len(word) == 1]
        whole = [word for word in self.words if len(word) > 1]
        if letters:
            return tuple(f"{word} {one}" for word in whole for one in letters)
        return tuple(f"{word} {other[0]}" for word in whole for other in whole if other is not word)


def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the folded words of a text: as it is spelt, and as it looks where that differs.

    A word in which alphabets are mixed is read in the one that all its letters allow; a word that
    may be either (ACAHOB) is read both ways.
    """
    ways = (tuple(map(_folded, words)) for words in _read(text))
    return tuple(dict.fromkeys(tuple(filter(None, way)) for way in ways))


def person_names(*parts: str) -> list[NameReading]:
    """Read a person's name, whichever part stands in whichever box."""
    return [_name_reading(words) for words in readings(" ".join(parts)) if words]


def organisation_names(name: str) -> list[str]:
    """Read an organisation's name without its legal form, quotes, hyphens and blanks."""
    found = ["".join(map(_folded, _without(words, _KNOWN_FORMS))) for words in _read(name)]
    return list(dict.fromkeys(filter(None, found)))


def trader_names(name: str) -> list[NameReading]:
    """Read the person behind "sole trader so-and-so"; nothing for any other organisation."""
    found: list[NameReading] = []
    for words in _read(name):
        left = _without(words, _KNOWN_TRADERS)
        if len(left) < len(words):
            found.append(_name_reading(filter(None, map(_folded, left))))
    return found


def _plain(text: str) -> list[str]:
    """Split a text into small words without accents, signs and what cannot be seen."""
    small = unicodedata.normalize("NFC", text.replace("№", " ")).casefold()
    small = _INSIDE_A_WORD.sub("", small)
    # Before the accents go: й loses its own with them.
    parts = unicodedata.normalize("NFKD", small.translate(_TURKIC).replace("йо", "е"))
    kept = "".join(sign for sign in parts if unicodedata.category(sign) not in ("Mn", "Cf"))
    # A second time: what NFKD takes apart may be capitals.
    return [word for word in _SPLIT.split(kept.casefold()) if word]


def _read(text: str) -> tuple[tuple[str, ...], ...]:
    """Read the words of a text in the alphabets that they are spelt in, and may be meant in."""
    plain = _plain(text)
    return tuple(dict.fromkeys(tuple(map(way, plain)) for way in (_as_spelt, _as_seen)))


def _is_cyrillic(sign: str) -> bool:
    return "\u0400" <= sign <= "\u04ff"


def _can_be(word: str, alike: dict[str, str], *, cyrillic: bool) -> bool:
    """Whether every letter of the other alphabet has a double in this one."""
    return all(
        sign in alike or not sign.isalpha() for sign in word if _is_cyrillic(sign) is not cyrillic
    )


def _as_spelt(word: str) -> str:
    """Read a mixed word in Latin letters if it can be; an unmixed one as it stands."""
    kinds = {_is_cyrillic(sign) for sign in word if sign.isalpha()}
    if len(kinds) == 1:
        return _zero_as_letter(word) if True in kinds else word
    if _can_be(word, _ALIKE_BACK, cyrillic=False):
        return "".join(_ALIKE_BACK.get(sign, sign) for sign in word)
    return _as_seen(word)


def _as_seen(word: str) -> str:
    """Read a word in Cyrillic letters if it can be."""
    if any(sign.isalpha() for sign in word) and _can_be(word, _ALIKE, cyrillic=True):
        return _zero_as_letter("".join(_ALIKE.get(sign, sign) for sign in word))
    if len({_is_cyrillic(sign) for sign in word if sign.isalpha()}) > 1:
        return "".join(_ALIKE_BACK.get(sign, sign) for sign in word)
    return word


def _zero_as_letter(word: str) -> str:
    return "".join(_DIGITS_ALIKE.get(sign, sign) for sign in word)


def _folded(word: str) -> str:
    if any(_is_cyrillic(sign) for sign in word):
        sounds = "".join(_CYRILLIC.get(sign, sign) for sign in word)
    else:
        sounds = word
        for spelling, sound in _LATIN:
            sounds = spelling.sub(sound, sounds)
    for many, one in _SOUNDS:
        sounds = many.sub(one, sounds)
    return sounds


def _name_reading(words: Iterable[str]) -> NameReading:
    """Part the father's name from the rest: "Эркин уулу", "Эркинович" and "Erkinuulu" are one."""
    left: list[str] = []
    fathers: list[tuple[str, str]] = []
    for word in words:
        stem = _stem(_PATRONYMIC.sub("", word))
        if word in _SON_OR_DAUGHTER and left:
            named = left.pop()
            fathers.append((named, _stem(named)))
        elif stem != _stem(word) and len(stem) >= _SHORTEST_FATHER:
            fathers.append((word, stem))
        else:
            left.append(word)
    if len(fathers) == 1:
        return NameReading(tuple(sorted(left)), fathers[0][1])
    # A surname may look like a father's name (Рабинович): which is which nobody can say.
    return NameReading(tuple(sorted([*left, *(word for word, _father in fathers)])), "")


def _stem(word: str) -> str:
    """Сергей and Сергеевич, Илья and Ильич meet without their last vowels."""
    return _LAST_VOWELS.sub("", word) or word


def _without(words: tuple[str, ...], forms: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    left = list(words)
    for form in forms:
        for start in range(len(left) - len(form), -1, -1):
            if tuple(left[start : start + len(form)]) == form and len(left) > len(form):
                del left[start : start + len(form)]
    return tuple(left)


def _known(forms: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return forms as their words, every reading of them, the longest first."""
    every = {reading for form in forms for reading in _read(form)}
    return tuple(sorted(every, key=lambda words: (-len(words), words)))


_KNOWN_FORMS: Final = _known((*_FORMS_IN_WORDS, *_FORMS, *_TRADERS))
_KNOWN_TRADERS: Final = _known(_TRADERS)
