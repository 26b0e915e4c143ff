"""One sample of each kind of paper in each language, with invented people: what tests print."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from documents.names import to_court
from documents.papers import (
    acts,
    application,
    certified,
    correspondence,
    minutes,
    receipts,
    summons,
    writ,
)
from documents.papers.facts import Certification, Participant, Printed, Signing, Verification

VERIFICATION = Verification(
    code="7K3M-Q9TX-2HDV-W4EA", url="https://sud.example.kg/verify/7K3MQ9TX2HDVW4EA"
)
NOON = datetime(2026, 3, 10, 6, tzinfo=UTC)
DAY = date(2026, 3, 10)
COURT = {
    "ky": "Бишкек шаарынын Свердлов райондук соту",
    "ru": "Свердловский районный суд города Бишкек",
    "en": "Sverdlov District Court of Bishkek",
}
PLACE = {"ky": "Бишкек шаары", "ru": "город Бишкек"}
ADDRESS = {
    "ky": "720020, Бишкек шаары, Ахунбаев көчөсү, 98",
    "ru": "720020, город Бишкек, улица Ахунбаева, 98",
    "en": "98 Akhunbaev Street, Bishkek 720020",
}
PLAINTIFF, DEFENDANT = "Сыдыков Нурлан Өмүрбекович", "Токтогулова Айгүл Бакытовна"
JUDGE, CLERK = "Асанова Чынара Эркиновна", "Жумабаева Үмүт Асановна"
ROLE = {"ky": ("доогер", "жоопкер"), "ru": ("истец", "ответчик"), "en": ("plaintiff", "defendant")}
SUBJECT = {"ky": "карызды өндүрүү жөнүндө", "ru": "о взыскании долга", "en": "recovery of a debt"}
TEXT = {
    language: tuple(said["parts"])
    for language, said in tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    ).items()
}


def act(language: str) -> acts.Act:
    """A decision on a debt."""
    first, second = ROLE[language]
    return acts.Act(
        language=language,
        kind="decision",
        court=COURT[language],
        number="ГД-319/26-Б4",
        place=PLACE[language],
        day=DAY,
        judges=(JUDGE,),
        secretary=CLERK,
        participants=(
            Participant(role=first, name=PLAINTIFF),
            Participant(role=second, name=DEFENDANT),
        ),
        parts=acts.Parts(**dict(zip(acts.Parts.__slots__, TEXT[language], strict=True))),
        subject=SUBJECT[language],
        appeal=acts.Appeal(days=30, court=COURT[language]),
        verification=VERIFICATION,
    )


def summons_of(language: str) -> summons.Summons:
    """A summons of a defendant."""
    office = {"ky": "Сот отурумунун катчысы", "ru": "Секретарь судебного заседания"}
    return summons.Summons(
        language=language,
        court=COURT[language],
        address=ADDRESS[language],
        number="ГД-319/26-Б4",
        to=DEFENDANT,
        to_address={
            "ky": "Бишкек ш., Токтогул көч. 115, 12",
            "ru": "г. Бишкек, ул. Токтогула 115, 12",
        }.get(language, "115 Toktogul St, Bishkek"),
        role=ROLE[language][1],
        starts=datetime(2026, 3, 24, 4, 30, tzinfo=UTC),
        room={"ky": "3-зал", "ru": "зал № 3", "en": "courtroom 3"}[language],
        purpose={"ky": "негизги отурум", "ru": "рассмотрение по существу", "en": "hearing"}[
            language
        ],
        subject=SUBJECT[language],
        judge=JUDGE,
        issued=DAY,
        signing=Signing(office=office.get(language, "Secretary of the hearing"), name=CLERK),
        verification=VERIFICATION,
    )


def application_of(language: str) -> application.Application:
    """A claim for a debt."""
    first, second = ROLE[language]
    return application.Application(
        language=language,
        recipient=to_court(COURT[language], language),
        sides=(
            application.Side(
                role=first, name=PLAINTIFF, details=("ПИН 21502199000123", "+996 555 12 34 56")
            ),
            application.Side(role=second, name=DEFENDANT, details=(ADDRESS[language],)),
        ),
        facts=(({"ky": "Доонун баасы", "ru": "Цена иска"}[language], "850 000,00 сом"),),
        title={"ky": "Доо арыз", "ru": "Исковое заявление"}[language],
        about=SUBJECT[language],
        paragraphs=TEXT[language][1:3],
        requests=tuple(line[3:] for line in TEXT[language][3].split("\n")[1:]),
        attachments=tuple(
            {"ky": "Келишимдин көчүрмөсү Тилкат", "ru": "Договор Расписка"}[language].split(" ")
        ),
        day=DAY,
        signatory=PLAINTIFF,
        made=NOON,
    )


def empty_form_of(language: str) -> application.EmptyForm:
    """An empty form with every kind of blank."""
    words = {
        "ky": (
            "Никени бузуу жөнүндө",
            "Никеге туруу",
            "Катталган күнү",
            "Эмне үчүн",
            "Ооба",
            "Жок",
        ),
        "ru": ("О расторжении брака", "Брак", "Дата регистрации", "Почему", "Да", "Нет"),
    }[language]
    about, title, day, why, yes, no = words
    return application.EmptyForm(
        language=language,
        title={"ky": "Доо арыз", "ru": "Исковое заявление"}[language],
        about=about,
        sections=(
            application.Section(
                title=title,
                blanks=(
                    application.Blank(label=day),
                    application.Blank(label=why, lines=6),
                    application.Blank(label=title, choices=(yes, no)),
                ),
            ),
        ),
        attachments=(title,),
        version="divorce.v1",
        made=NOON,
    )


def minutes_of(language: str, steps: int = 14) -> minutes.Minutes:
    """Minutes with a course of so many steps."""
    said = TEXT[language][1].split("\n")
    return minutes.Minutes(
        language=language,
        court=COURT[language],
        number="ГД-319/26-Б4",
        place=PLACE[language],
        begun=datetime(2026, 3, 24, 4, 30, tzinfo=UTC),
        ended=datetime(2026, 3, 24, 5, 45, tzinfo=UTC),
        judges=(JUDGE,),
        secretary=CLERK,
        room={"ky": "3-зал", "ru": "зал № 3"}[language],
        subject=SUBJECT[language],
        present=(
            minutes.Attendance(role=ROLE[language][0], name=PLAINTIFF, came=True),
            minutes.Attendance(role=ROLE[language][1], name=DEFENDANT, came=False),
        ),
        steps=[
            minutes.Step(
                at=f"10:{31 + place:02d}",
                speaker=(JUDGE, PLAINTIFF)[place % 2],
                words=said[place % len(said)],
            )
            for place in range(steps)
        ],
        verification=VERIFICATION,
    )


def writ_of(language: str) -> writ.Writ:
    """A writ for the decision above."""
    return writ.Writ(
        language=language,
        court=COURT[language],
        address=ADDRESS[language],
        number="ИЛ-12/26-Б4" if language == "ru" else "АБ-12/26-Б4",
        case="ГД-319/26-Б4",
        place=PLACE[language],
        issued=date(2026, 4, 20),
        act={"ky": "Чечим", "ru": "Решение"}[language],
        act_day=DAY,
        in_force=date(2026, 4, 10),
        operative=TEXT[language][3],
        claimants=(writ.Side(name=PLAINTIFF, details=("ПИН 21502199000123", ADDRESS[language])),),
        debtors=(writ.Side(name=DEFENDANT, details=("ПИН 10101198500456", ADDRESS[language])),),
        judge=JUDGE,
        until=date(2029, 4, 10),
        verification=VERIFICATION,
    )


def receipt_of(language: str) -> receipts.Receipt:
    """The receipt of a claim with two files."""
    return receipts.Receipt(
        language=language,
        number="2026-000123",
        filed=NOON,
        court=COURT[language],
        filer=PLAINTIFF,
        files=(
            receipts.ReceivedFile(name="Доо арыз.pdf", size=348_112, sha256="9f86d081" * 8),
            receipts.ReceivedFile(name="чек 😀.jpg", size=1_048_576, sha256="0a1b2c3d" * 8),
        ),
        claim=85_000_000,
        duty=2_475_050,
        verification=VERIFICATION,
    )


def payment_of(language: str) -> receipts.Payment:
    """A payment of state duty."""
    return receipts.Payment(
        language=language,
        number="77-001",
        paid=NOON,
        court=COURT[language],
        payer=PLAINTIFF,
        amount=2_475_050,
        purpose={"ky": "Мамлекеттик алым", "ru": "Государственная пошлина", "en": "State duty"}[
            language
        ],
        case="ГД-319/26-Б4",
        code="1234567890",
        verification=VERIFICATION,
    )


def notice_of(language: str) -> correspondence.Notice:
    """A notice that nobody signs."""
    return correspondence.Notice(
        language=language,
        court=COURT[language],
        address=ADDRESS[language],
        number="ГД-319/26-Б4",
        to=DEFENDANT,
        paragraphs=TEXT.get(language, ("The hearing has been moved to 24 March 2026, 10:30.",))[:1],
        issued=DAY,
        verification=VERIFICATION,
    )


def letter_of(language: str) -> correspondence.CoverLetter:
    """A case goes to the court of appeal."""
    return correspondence.CoverLetter(
        language=language,
        court=COURT[language],
        address=ADDRESS[language],
        outgoing="01-12/345",
        issued=DAY,
        to={"ky": "Бишкек шаардык сотуна", "ru": "В Бишкекский городской суд"}[language],
        about={"ky": "ишти жөнөтүү жөнүндө", "ru": "о направлении дела"}[language],
        paragraphs=TEXT[language][:1],
        enclosures={"ky": ("Иш, 1 том, 124 барак",), "ru": ("Дело, 1 том, 124 листа",)}[language],
        signing=Signing(office={"ky": "Судья", "ru": "Судья"}[language], name=JUDGE),
        clerk=f"{CLERK}, +996 312 00 00 00",
        verification=VERIFICATION,
    )


def certification_of(language: str) -> Certification:
    """A clerk vouches."""
    return Certification(
        language=language,
        position={"ky": "кеңсенин башчысы", "ru": "начальник канцелярии"}[language],
        name=CLERK,
        day=date(2026, 4, 20),
        verification=VERIFICATION,
    )


TRANSLATED = ("summons", "notice", "receipt", "payment")
KINDS = (
    *("act", "draft", "panel", "public", "letter", "minutes", "writ", "application", "empty"),
    *("certified", *TRANSLATED),
)
NAMES = (
    *(f"{kind}-{language}" for language in ("ky", "ru") for kind in KINDS),
    *(f"{kind}-en" for kind in TRANSLATED),
)
"""What `printed` has: to name a paper it need not be printed."""


@cache
def printed_in(language: str) -> dict[str, Printed]:
    """Every kind of paper in a language of proceedings; in English what exists in it."""
    if language == "en":
        return {
            "summons-en": summons.summons(summons_of("en")),
            "notice-en": correspondence.notice(notice_of("en")),
            "receipt-en": receipts.receipt(receipt_of("en")),
            "payment-en": receipts.payment(payment_of("en")),
        }
    whole = act(language)
    panel = replace(whole, kind="ruling", judges=(JUDGE, "Осмонов Үсөн", "Ким Лариса Ивановна"))
    public = acts.PublicAct(
        **{key: getattr(whole, key) for key in ("language", "kind", "court", "number", "place")},
        day=DAY,
        judges=whole.judges,
        parts=whole.parts,
        published=date(2026, 4, 20),
        policy="1",
        url="https://sud.example.kg/decisions/1",
    )
    made = {
        f"act-{language}": acts.act(whole),
        f"draft-{language}": acts.act(replace(panel, verification=None)),
        f"panel-{language}": acts.act(panel),
        f"public-{language}": acts.public_act(public),
        f"summons-{language}": summons.summons(summons_of(language)),
        f"notice-{language}": correspondence.notice(notice_of(language)),
        f"letter-{language}": correspondence.cover_letter(letter_of(language)),
        f"minutes-{language}": minutes.minutes(minutes_of(language)),
        f"writ-{language}": writ.writ(writ_of(language)),
        f"receipt-{language}": receipts.receipt(receipt_of(language)),
        f"payment-{language}": receipts.payment(payment_of(language)),
        f"application-{language}": application.application(application_of(language)),
        f"empty-{language}": application.empty_form(empty_form_of(language)),
    }
    made[f"certified-{language}"] = certified.certified_copy(
        made[f"act-{language}"].pdf, certification_of(language)
    )
    return made


def printed() -> dict[str, Printed]:
    """Every kind of paper in every language."""
    return printed_in("ky") | printed_in("ru") | printed_in("en")
