"""What a contributor has printed in the gazette, in words, before its first value is used."""

from __future__ import annotations

import textwrap

from assignment.draw import VERSION
from assignment.entries import Contributor

LANGUAGES = ("ky", "ru", "en")

_WIDTH = 78
_TITLE = {
    "ky": "СОТ ИШТЕРИН БӨЛҮШТҮРҮҮ: КАТЫШУУЧУНУН ЖАРЫЯСЫ",
    "ru": "РАСПРЕДЕЛЕНИЕ СУДЕБНЫХ ДЕЛ: ОБЪЯВЛЕНИЕ УЧАСТНИКА",
    "en": "ASSIGNMENT OF COURT CASES: NOTICE OF A CONTRIBUTOR",
}
_FIELDS = {
    "ky": ("Катышуучу", "Мекеме", "сот бийлигине кирет", "сот бийлигинен көз карандысыз"),
    "ru": ("Участник", "Учреждение", "относится к судебной власти", "вне судебной власти"),
    "en": ("Contributor", "Institution", "of the judiciary", "outside the judiciary"),
}
_VALUES = {
    "ky": ("Эреже", "Чынжырдын узундугу", "Чынжырдын башы (якорь)", "Кол коюунун ачкычы (Ed25519)"),
    "ru": ("Правило", "Длина цепочки", "Начало цепочки (якорь)", "Ключ подписи (Ed25519)"),
    "en": ("Rule", "Length of the chain", "Anchor of the chain", "Signing key (Ed25519)"),
}
_CHECK = {
    "ky": (
        "Ар бир бөлүштүрүүдө катышуучу чынжырдын кийинки маанисин ачат. {name} ачкан ар бир маани, "
        "ага эрежедеги кадам бөлүштүрүүнүн номеринче жолу колдонулганда, ушул якорду берет; башка "
        "бир дагы маани аны бербейт. Ошондуктан ушул жарыядан кийин маанини эч ким тандап ала "
        "албайт. Текшерүү: жарыяланган журналды жана бул жарыяны алып, төмөнкүнү аткарыңыз:"
    ),
    "ru": (
        "При каждом распределении участник раскрывает следующее значение цепочки. Любое значение, "
        "раскрытое участником {name}, даёт этот якорь, если применить к нему шаг из правила "
        "столько раз, каков номер распределения; никакое другое значение его не даёт. Поэтому "
        "после этого объявления никто не может выбрать значение. Проверка: возьмите "
        "опубликованный журнал и это объявление и выполните:"
    ),
    "en": (
        "In each draw the contributor reveals the next value of its chain. Every value that "
        "{name} reveals leads to this anchor when the step of the rule is applied to it as often "
        "as the number of the draw says; no other value does. So nobody can choose a value once "
        "this notice is printed. To check: take the published log and this notice, and run:"
    ),
}
_COMPARE = {
    "ky": "TRUST.json файлындагы якорь менен ачкыч ушул жарыядагыдай болушу керек.",
    "ru": "Якорь и ключ в файле TRUST.json должны совпадать с этим объявлением.",
    "en": "The anchor and the key in TRUST.json have to be those of this notice.",
}


def notice(body: Contributor, language: str, *, first: int = 1) -> str:
    """Write the notice of a chain that counts from this epoch on."""
    name, institution, inside, outside = _FIELDS[language]
    rule, length, anchor, key = _VALUES[language]
    side = inside if body.judiciary else outside
    return "\n".join(
        [
            _TITLE[language],
            "",
            f"{name}: {body.id}",
            f"{institution}: {body.institution} ({side})",
            f"{rule}: {VERSION}",
            f"{length}: {first}–{body.epochs}",
            f"{anchor}:",
            *_printed(body.anchor),
            f"{key}:",
            *_printed(body.key),
            "",
            *textwrap.wrap(_CHECK[language].format(name=body.id), _WIDTH),
            "    python -m assignment verify LOG.jsonl --trust TRUST.json",
            *textwrap.wrap(_COMPARE[language], _WIDTH),
        ]
    )


def _printed(value: bytes) -> list[str]:
    """Write 32 bytes so that a reader of the printed page can compare them by eye."""
    groups = [value[place : place + 4].hex() for place in range(0, len(value), 4)]
    return ["    " + " ".join(groups[:4]), "    " + " ".join(groups[4:])]
