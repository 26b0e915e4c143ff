"""Spelling: says which written words are the same word, whatever keyboard typed them."""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Letters that look Cyrillic but are not, or are not of our alphabets (handbook 8.3, point 8).
_WRONG_CYRILLIC = str.maketrans(
    {
        "ӊ": "ң", "ӈ": "ң", "ҥ": "ң", "ʏ": "ү", "ұ": "ү", "ӱ": "ү", "ѵ": "ү", "ɵ": "ө", "ѳ": "ө",
        "ӧ": "ө", "ӫ": "ө", "і": "и", "ї": "и", "ѐ": "е", "ӗ": "е", "ќ": "к", "қ": "к", "ғ": "г",
        "α": "а", "ε": "е", "ο": "о", "ρ": "р", "χ": "х", "κ": "к", "τ": "т", "υ": "у", "ѕ": "с",
    }
)  # fmt: skip
_LATIN_LOWER = str.maketrans("aceopxykhmntbiöüj", "асеорхукнмптвиөүж")
_LATIN_UPPER = str.maketrans("ABCEHKMOPTXYÖÜ", "АВСЕНКМОРТХУӨҮ")
_GREEK_UPPER = str.maketrans("ΑΒΕΗΙΚΜΝΟΡΤΥΧ", "АВЕНИКМNОРТУХ".replace("N", "Н"))
_LOOKALIKE_LATIN = frozenset("ABCEHKMOPTXYaceopxy")
_ONE_VOWEL = str.maketrans("эйы", "еии")
_ONE_SOUND = str.maketrans("эйы", "еии", "ьъ")
_PLAIN = str.maketrans("ёңөүқғҳ", "еноукгх")
_NEAREST = str.maketrans("ңөүҢӨҮӊʏɵѳ", "ноуНОУнуоо")
_KYRGYZ = re.compile("[ңөүҢӨҮӊʏɵѳ]")
# Stress marks are dropped; the breve of й and the dots of ё were already composed by NFKC.
_INVISIBLE = re.compile(r"[\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff]")
_DOUBLE_VOWEL = re.compile(r"([аеиоуюя])\1+")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[a-zöü]", re.IGNORECASE)

_LETTER = r"[^\W\d_]"
_MARK = r"[\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff]"
#: A word with the invisible marks that word processors leave inside it.
WORD = re.compile(rf"{_LETTER}+(?:{_MARK}+{_LETTER}+)*{_MARK}*")
_USUAL = re.compile(r"[А-Яа-яЁёҢңӨөҮү]+")

# What may be a disguise: a sign that no keyboard of the country has, an entity, a tag in a word.
_ODD = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
    r"|\\u[0-9a-fA-F]{4}"
    r"|(?<=\w)</?[A-Za-z][^<>\n]{0,80}>(?=\w)"
    r"|[^\t\n\r -~\u00a0\u00ab\u00bb\u00ad\u0300-\u036f\u0400-\u04ff\u2010-\u201f№]"
)
# Letters and marks that show nothing although Unicode does not call them formatting.
_BLANK = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0]|[\ufe00-\ufe0f]"
                    r"|[\U000e0100-\U000e01ef]")  # fmt: skip
_HACEKS = str.maketrans({"ž": "zh", "š": "sh", "č": "ch", "ç": "ch", "ş": "sh", "ı": "i"})
_WITH_DIGIT = re.compile(r"(?<!\w)[^\W\d_]*(?:\d[^\W\d_]+)+")
_LEAST_LETTERS, _LEAST_LENGTH = 2, 3
_DIGITS = str.maketrans("013468", "оизчбв")
_DIGITS_IN_LATIN = str.maketrans("013458", "oieasb")

_FROM_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "j", "з": "z", "и": "i",
    "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ы": "i",
    "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def is_latin(word: str) -> bool:
    """Tell whether a word has Latin letters and not one Cyrillic letter."""
    return _CYRILLIC.search(word) is None and _LATIN.search(word) is not None


def looks_cyrillic(word: str) -> bool:
    """Tell whether an all-Latin word could pass for a Cyrillic one on paper (ACAHOB)."""
    return all(letter in _LOOKALIKE_LATIN for letter in word)


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Return the lower-case Cyrillic spelling with look-alikes, ё, ң, ө and ү made plain."""
    return orthographic(word).translate(_PLAIN)


@lru_cache(maxsize=65_536)
def orthographic(word: str) -> str:
    """Return the lower-case spelling with wrong letters repaired and ё, ң, ө, ү kept."""
    if _USUAL.fullmatch(word):
        return word.lower()
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", word))
    if _CYRILLIC.search(text) or looks_cyrillic(text):
        text = text.translate(_LATIN_UPPER).translate(_GREEK_UPPER)
        return text.lower().translate(_LATIN_LOWER).translate(_WRONG_CYRILLIC)
    return text.lower().translate(_WRONG_CYRILLIC)


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """Return what is left of a name when spelling habits are set aside.

    Russian papers write Джумабек, Эсенгулов and Айгул where Kyrgyz ones write Жумабек, Эсенкулов
    and Айгүл; the same person stands under each.
    """
    return _DOUBLE_VOWEL.sub(r"\1", sounded(word))


def sounded(word: str) -> str:
    """Return what skeleton() does, with the vowels that stand twice."""
    return fold(word).replace("дж", "ж").translate(_ONE_SOUND)


def one_sound(folded: str) -> str:
    """Return a folded text with one letter for the vowels that are written for one another."""
    return folded.translate(_ONE_VOWEL)


class _Folded(dict[int, str]):
    """What each letter is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        folded = fold(letter)
        self[code] = folded if len(folded) == 1 else letter
        return self[code]


_FOLDED = _Folded()


def fold_letters(text: str) -> str:
    """Return the text folded letter by letter, so that places in it are places in the text."""
    return text.translate(_FOLDED)


def plain_letters(word: str) -> str:
    """Return a Kyrgyz spelling with the Russian letters nearest to it, as long as it was.

    >>> plain_letters("Айгүл"), plain_letters("ӨМҮРОВ")
    ('Айгул', 'ОМУРОВ')
    """
    return word.translate(_NEAREST) if _KYRGYZ.search(word) else word


@lru_cache(maxsize=65_536)
def latin_key(word: str) -> str:
    """Return one key for a name in Latin letters and the same name in Cyrillic."""
    if is_latin(word):
        text = unicodedata.normalize("NFKC", word).lower().translate(_HACEKS)
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKD", text))
        for spelled, sound in (
            ("shch", "sh"), ("dzh", "j"), ("zh", "j"), ("dj", "j"), ("kh", "h"), ("yu", "iu"),
            ("ya", "ia"), ("yo", "e"), ("ye", "e"), ("q", "k"), ("w", "v"), ("x", "ks"),
            ("y", "i"),
        ):  # fmt: skip
            text = text.replace(spelled, sound)
    else:
        text = "".join(_FROM_CYRILLIC.get(letter, letter) for letter in skeleton(word))
    # Some write ju for ю and others for жу (Jumabekov): both have one key.
    return re.sub(r"(.)\1+", r"\1", text.replace("ju", "iu"))


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as it is read, and where each letter of it stands in the text as it was written."""

    text: str
    places: Sequence[int]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the written text of a place in the plain one."""
        return self.places[start], self.places[end]


def plainly(text: str) -> Plain:
    r"""Return a text without what the eye does not see, and with usual letters for odd ones.

    Formatting marks vanish by their category, letters of other widths and founts become plain,
    entities and the escapes of JSON become their letters, and a tag inside a word goes.

    >>> plainly("Ж\u2066умабеков, &#1046;ума<b>беков</b>, Ｚｈ, \\u0416").text
    'Жумабеков, Жумабеков</b>, Zh, Ж'
    """
    if all(_read(found[0]) == found[0] for found in _ODD.finditer(text)):
        return Plain(text, range(len(text) + 1))
    pieces: list[str] = []
    places = array("L")
    at = 0
    for found in _ODD.finditer(text):
        read = _read(found[0])
        pieces += text[at : found.start()], read
        places.extend(range(at, found.start()))
        places.extend([found.start()] * len(read))
        at = found.end()
    pieces.append(text[at:])
    places.extend(range(at, len(text) + 1))
    return Plain("".join(pieces), places)


@lru_cache(maxsize=4_096)
def _read(odd: str) -> str:
    """Return how an odd sign is read: as one letter, as nothing, or as it is."""
    if odd[0] == "<":
        return ""
    if odd[0] == "\\":
        letter = chr(int(odd.removeprefix("\\u"), 16))
    else:
        letter = html.unescape(odd) if odd[0] == "&" else odd
    if len(letter) != 1 or unicodedata.category(letter) == "Cs":
        return odd  # half of a sign that two escapes spell is no letter
    if unicodedata.category(letter) == "Cf" or _BLANK.match(letter):
        return ""
    if unicodedata.category(letter) == "No":  # the mark of a footnote is no letter of the word
        return "*"
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 and (plain.isalnum() or odd[0] in "&\\") else letter


def lettered(text: str) -> str:
    """Return the text with letters for the digits inside its words, as long as it was.

    >>> lettered("Жумабек0ва, 0соева, кв. 3а, Zhumabek0v")
    'Жумабекова, Осоева, кв. 3а, Zhumabekov'
    """
    return _WITH_DIGIT.sub(_without_digits, text)


def _without_digits(found: re.Match[str]) -> str:
    word = found[0]
    letters = [letter for letter in word if letter.isalpha()]
    if len(letters) < _LEAST_LETTERS or len(word) < _LEAST_LENGTH:
        return word
    table = _DIGITS if _CYRILLIC.search(word) else _DIGITS_IN_LATIN
    read = word.translate(table)
    if all(letter.isupper() for letter in letters):
        return read.upper()
    return read[:1].upper() + read[1:] if word[0].isdigit() else read


@lru_cache(maxsize=65_536)
def looked_at(word: str) -> str:
    """Return the Cyrillic word for which a Latin one may pass on paper, or nothing.

    >>> looked_at("Ocoeba"), looked_at("Zhumabekov")
    ('осоева', '')
    """
    seen = word.lower().translate(_LATIN_LOWER)
    return seen if is_latin(word) and _LATIN.search(seen) is None else ""


def within_one_slip(first: str, second: str) -> bool:
    """Tell whether one letter added, lost, changed or swapped makes the words equal."""
    if first == second:
        return True
    if abs(len(first) - len(second)) > 1:
        return False
    start = 0
    shorter = min(len(first), len(second))
    while start < shorter and first[start] == second[start]:
        start += 1
    a, b = first[start:], second[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]
