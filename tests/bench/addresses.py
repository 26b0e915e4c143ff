"""Invented addresses in many forms: made from parts and habits that the rules do not share.

Every address is given with the pieces that must not be readable afterwards: the street or the
estate with its numbers, the house, the flat.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

CITIES_RU = ["Бишкек", "Ош", "Каракол", "Нарын", "Талас", "Токмок", "Кара-Балта", "Балыкчы"]
CITIES_KY = ["Бишкек", "Ош", "Каракол", "Нарын", "Талас", "Токмок", "Кара-Балта", "Өзгөн"]
STREETS_RU = [
    "Токтогула", "Московская", "7 апреля", "40 лет Октября", "Ч. Айтматова", "Льва Толстого",
    "Киевская", "Сары-Челек", "Байтик Баатыра", "Ю. Гагарина", "8 Марта", "Жибек Жолу",
    "Матросова", "Юнусалиева", "Горький", "Тыныстанова", "Северная", "Исы Ахунбаева", "Ибраимова",
    "Достоевского", "Кара-Дарыя", "50 лет Киргизии", "Масалиева", "1-я Линия", "Д. Шопокова",
]  # fmt: skip
STREETS_KY = [
    "Токтогул", "Курманжан Датка", "Ч. Айтматов", "7-апрель", "Манас", "Жибек Жолу", "Эркиндик",
    "Бакаев", "Байтик Баатыр", "А. Масалиев", "Мырзалы Аматов", "Советская", "Ленин", "Достук",
    "Раззаков", "Чолпон-Ата", "Ж. Боконбаев", "Сүйүмбаев", "Абдрахманов", "Өмүралиев",
]  # fmt: skip
ESTATES = ["Ак-Орго", "Арча-Бешик", "Джал", "Асанбай", "Кок-Жар", "Ала-Тоо-2", "Тунгуч", "Учкун",
           "Ак-Ордо", "Келечек", "Аламедин-1", "Восток-5", "Кызыл-Аскер", "Бакай-Ата"]  # fmt: skip
VILLAGES_RU = ["Лебединовка", "Кой-Таш", "Новопокровка", "Ленинское", "Маевка", "Беловодское",
               "Кызыл-Туу", "Орто-Сай", "Кара-Суу", "Таш-Дөбө", "Военно-Антоновка"]  # fmt: skip
VILLAGES_KY = ["Кызыл-Туу", "Кара-Дөбө", "Барпы", "Таш-Мойнок", "Үч-Эмчек", "Орто-Сай", "Сары-Өзөн",
               "Ак-Кудук", "Жаңы-Жер", "Чоң-Арык", "Көк-Бел"]  # fmt: skip
DISTRICTS_RU = ["Аламудунский", "Сокулукский", "Ысык-Атинский", "Кара-Суйский", "Узгенский"]
DISTRICTS_KY = ["Аламүдүн", "Сокулук", "Ысык-Ата", "Кара-Суу", "Сузак", "Жайыл", "Кочкор"]
REGIONS_RU = ["Чуйская", "Ошская", "Иссык-Кульская", "Джалал-Абадская", "Нарынская"]
REGIONS_KY = ["Чүй", "Ош", "Ысык-Көл", "Жалал-Абад", "Нарын", "Талас", "Баткен"]
BEFORE_RU = [
    "Истец проживает по адресу: {}.", "Место жительства ответчика: {}", "зарегистрирован: {};",
    "квартира, расположенная по адресу {}, принадлежит истцу", "выселить ответчика из {} без",
    "житель {} обратился в суд", "по месту прописки ({}) не проживает", "{}",
]  # fmt: skip
BEFORE_KY = [
    "Доогер {} дарегинде жашайт.", "Дареги: {}", "жашаган жери: {}; үй-бүлөлүү",
    "жоопкер {} катталган", "Талаш турак жай {} жайгашкан", "{}", "({}) дареги боюнча",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A sentence with an address, and the pieces of it that give a home away."""

    text: str
    telling: tuple[str, ...]
    language: str


def invented(number: int, seed: int) -> list[Invented]:
    """Return so many addresses, half of them Kyrgyz; the seed decides which."""
    luck = random.Random(seed)  # noqa: S311 - which samples, not secrets
    return [luck.choice(MADE)(luck) for _ in range(number)]


def _house(luck: random.Random) -> str:
    base = str(luck.randint(1, 299))
    part, letter, block = luck.randint(1, 9), luck.choice("абв"), luck.choice("АБ")
    return luck.choice([base] * 5 + [f"{base}/{part}", base + letter, f"{base}-{block}"])


def _framed(luck: random.Random, language: str, address: str, telling: list[str]) -> Invented:
    frame = luck.choice(BEFORE_RU if language == "ru" else BEFORE_KY)
    if luck.random() < 0.08:
        address = address.replace(", ", " ")
    if luck.random() < 0.05:
        address = address.replace(", ", ",\n", 1)
    if luck.random() < 0.04:
        address = address.upper()
        telling = [piece.upper() for piece in telling]
    return Invented(text=frame.format(address), telling=tuple(telling), language=language)


def _russian_town(luck: random.Random) -> Invented:
    street, house, flat = luck.choice(STREETS_RU), _house(luck), str(luck.randint(1, 120))
    road = luck.choice(["ул. ", "ул.", "улица ", "пр. ", "проспект ", "пер. ", "бульвар ",
                        "просп. ", "ул ", "пр-т "]) + street  # fmt: skip
    door = luck.choice(["д. ", "д.", "дом ", "дом № ", "", "", "д № "]) + house
    inner = luck.choice([", кв. ", ", кв.", " кв ", ", квартира ", ", кв. № "]) + flat
    if luck.random() < 0.15 and door == house and "-" not in house:
        inner = "-" + flat
    elif luck.random() < 0.35:
        inner, flat = "", ""
    town = luck.choice(["г. ", "г.", "город ", "гор. ", "в г. "]) + luck.choice(CITIES_RU)
    own = f"{road}{luck.choice([', ', ' ', ', '])}{door}{inner}"
    parts = [town, own] if luck.random() < 0.75 else [own, town]
    if luck.random() < 0.2:
        parts = [own]
    if luck.random() < 0.1:
        parts = [f"72{luck.randint(0, 9)}0{luck.randint(10, 99)}", *parts]
    return _framed(luck, "ru", ", ".join(parts), [street, house, flat])


def _russian_reversed(luck: random.Random) -> Invented:
    street, house = luck.choice(STREETS_RU), str(luck.randint(1, 299))
    flat = str(luck.randint(1, 99))
    form = luck.choice(
        [
            f"в доме {house} по улице {street}",
            f"в квартире {flat} дома {house} по ул. {street}",
            f"кв. {flat}, д. {house}, ул. {street}, г. {luck.choice(CITIES_RU)}",
            f"дом {house}, кв. {flat} по ул. {street} города {luck.choice(CITIES_RU)}",
            f"дома № {house} по улице {street} г. {luck.choice(CITIES_RU)}",
        ]
    )
    return _framed(luck, "ru", form, [street, house])


def _russian_estate(luck: random.Random) -> Invented:
    estate, house, flat = luck.choice(ESTATES), _house(luck), str(luck.randint(1, 120))
    mark = luck.choice(["мкр. ", "мкр ", "микрорайон ", "м-н ", "ж/м ", "жилмассив ", "ж/м «",
                        "жилой массив ", "м/р "])  # fmt: skip
    area = mark + estate + ("»" if "«" in mark else "")
    own = luck.choice([
        f"{area}, д. {house}, кв. {flat}", f"{area}, {house}", f"{area}, дом {house}",
        f"{area}, ул. {luck.choice(STREETS_RU)}, {house}", f"{area}, {house}, кв. {flat}",
    ])  # fmt: skip
    number = str(luck.randint(3, 12))
    if luck.random() < 0.2:
        own = (
            f"{number}-й мкр., д. {house}, кв. {flat}"
            if luck.random() < 0.5
            else (f"{number} микрорайон, дом {house}, кв. {flat}")
        )
        estate = ""
    town = f"г. {luck.choice(CITIES_RU)}, " if luck.random() < 0.7 else ""
    return _framed(luck, "ru", town + own, [estate, house])


def _russian_village(luck: random.Random) -> Invented:
    village, street, house = luck.choice(VILLAGES_RU), luck.choice(STREETS_RU), _house(luck)
    parts = []
    if luck.random() < 0.5:
        parts.append(luck.choice(REGIONS_RU) + luck.choice([" область", " обл."]))
    if luck.random() < 0.7:
        parts.append(luck.choice(DISTRICTS_RU) + luck.choice([" район", " р-н"]))
    if luck.random() < 0.3:
        parts.append(f"{luck.choice(VILLAGES_KY)}ский айылный аймак")
    parts.append(luck.choice(["с. ", "село ", "с.", "пос. ", "в с. "]) + village)
    parts.append(luck.choice([
        f"ул. {street}, {house}", f"ул. {street} д. {house}", f"улица {street}, дом {house}",
        f"ул.{street} {house}", f"пер. {street}, {house}",
    ]))  # fmt: skip
    return _framed(luck, "ru", ", ".join(parts), [street, house])


def _kyrgyz_town(luck: random.Random) -> Invented:
    street, house, flat = luck.choice(STREETS_KY), _house(luck), str(luck.randint(1, 120))
    road = street + luck.choice([" көч.", " көчөсү", " көчөсүнүн", " көчөсүндөгү", " проспекти",
                                 " пр.", " көчөсү,", " көч.,"])  # fmt: skip
    door = luck.choice([f"{house}-үй", f"{house}", f"№ {house}", f"үй {house}", f"№{house} үй",
                        f"{house}-үйү"])  # fmt: skip
    inner = luck.choice([f", {flat}-батир", f", {flat}-батири", f" {flat}-батир", f", батир {flat}",
                         f", кв. {flat}", ""])  # fmt: skip
    town = luck.choice(CITIES_KY) + luck.choice([" ш.", " шаары", " ш", " шаарынын"])
    own = f"{road} {door}{inner}"
    address = own if luck.random() < 0.25 else f"{town}{luck.choice([', ', ' '])}{own}"
    return _framed(luck, "ky", address, [street, house, flat if inner else ""])


def _kyrgyz_estate(luck: random.Random) -> Invented:
    estate, house, flat = luck.choice(ESTATES), _house(luck), str(luck.randint(1, 120))
    area = estate + luck.choice([" кичи району", " жилмассиви", " турак жай массиви", " ж/м",
                                 " конушу", " кичирайону"])  # fmt: skip
    own = luck.choice([
        f"{area}, {house}-үй, {flat}-батир", f"{area}, {house}", f"{area}, {house}-үй",
        f"{area}, {luck.choice(STREETS_KY)} көчөсү, {house}", f"{area} {house}-үй {flat}-батир",
    ])  # fmt: skip
    town = f"{luck.choice(CITIES_KY)} шаары, " if luck.random() < 0.7 else ""
    return _framed(luck, "ky", town + own, [estate, house])


def _kyrgyz_village(luck: random.Random) -> Invented:
    village, street, house = luck.choice(VILLAGES_KY), luck.choice(STREETS_KY), _house(luck)
    end = luck.choice(["", "нун"])
    parts = []
    if luck.random() < 0.6:
        parts.append(luck.choice(REGIONS_KY) + (" облусунун" if end else " облусу"))
    if luck.random() < 0.8:
        parts.append(luck.choice(DISTRICTS_KY) + (" районунун" if end else " району"))
    if luck.random() < 0.3:
        parts.append(luck.choice(VILLAGES_KY) + (" айыл аймагынын" if end else " айыл аймагы"))
    parts.append(village + luck.choice([" айылы", " айылынын", " а.", " кыштагы"]))
    parts.append(luck.choice([
        f"{street} көчөсү {house}", f"{street} көч., {house}", f"{street} көчөсүндөгү {house}-үйдө",
        f"{street} көчөсү, {house}-үй", f"{street} көчөсүнүн {house}-үйү",
    ]))  # fmt: skip
    return _framed(luck, "ky", (" " if end else ", ").join(parts), [street, house])


MADE: tuple[Callable[[random.Random], Invented], ...] = (
    _russian_town, _russian_town, _russian_estate, _russian_village, _russian_reversed,
    _kyrgyz_town, _kyrgyz_town, _kyrgyz_estate, _kyrgyz_village, _kyrgyz_village,
)  # fmt: skip


def is_hidden(one: Invented, result: str) -> bool:
    """Tell whether no telling piece of the address can be read in what is left of the sentence."""
    return not any(piece and _stands(piece, result) for piece in one.telling)


def _stands(piece: str, text: str) -> bool:
    at = text.find(piece)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(piece) : at + len(piece) + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        at = text.find(piece, at + 1)
    return False
