"""What a case file knows about its people, handed to the redaction as plain data."""

import re

from sqlalchemy.orm import Session

from documents.redaction import Known, Name, Official, Person, born_of, label_of, name_of
from documents.spelling import fold
from sud.cases import service as cases
from sud.models import Act, Participant, PersonKind
from sud.models import Person as Filed

# Who comes before the court by profession keeps his name (handbook, 8.2).
PROFESSIONALS = frozenset(
    {
        "lawyer",
        "defender",
        "prosecutor",
        "public_prosecutor",
        "superior_prosecutor",
        "investigator",
        "expert",
        "specialist",
        "interpreter",
        "enforcement_officer",
        "protocol_body",
    }
)

# Who trades under his own name is still a person.
_TRADER = re.compile(
    r"(?:ИП|ЖИ|жеке\s+ишкер|индивидуальный\s+предприниматель)[\s«\"]+(?P<name>[^»\"]+)",
    re.IGNORECASE,
)


def known_of(session: Session, act: Act) -> Known:
    """Gather the people of the act's case; one person in two roles keeps his first label."""
    people = cases.people_of(session, act.case)
    natural = [one for one in people if names_a_person(one.person)]
    parties: dict[str, Person] = {}
    for one in natural:
        who = _same(one.person)
        if one.role_code not in PROFESSIONALS and who not in parties:
            parties[who] = _person(one, act.language)
    return Known(
        persons=tuple(parties.values()),
        officials=(
            Official(key="judge", names=(name_of(act.judge.full_name),)),
            *(
                Official(key=f"official-{one.id}", names=_names(one.person))
                for one in natural
                if one.role_code in PROFESSIONALS and _same(one.person) not in parties
            ),
        ),
        organisations=tuple(
            spelling
            for one in people
            if not names_a_person(one.person)
            for spelling in (one.person.organisation, *one.person.other_spellings)
        ),
        language=act.language,
    )


def names_a_person(filed: Filed) -> bool:
    """Say whether an entry of the file tells who somebody is: a person, or a trader by name."""
    return filed.kind is PersonKind.NATURAL or _TRADER.match(filed.organisation) is not None


def _person(one: Participant, language: str) -> Person:
    filed = one.person
    return Person(
        key=str(filed.key),
        label=label_of(one.role.name(language), one.ordinal, language),
        names=_names(filed),
        pins=(filed.pin,) if filed.pin else (),
        phones=(filed.phone,) if filed.phone else (),
        emails=(filed.email,) if filed.email else (),
        addresses=(filed.address,) if filed.address else (),
        born=born_of(filed.pin or ""),
    )


def _names(filed: Filed) -> tuple[Name, ...]:
    trader = _TRADER.match(filed.organisation)
    if trader is not None:
        own = name_of(trader["name"])
    else:
        own = Name(surname=filed.surname, given=filed.given_name, patronymic=filed.patronymic)
    return (own, *(name_of(spelling) for spelling in filed.other_spellings))


def _same(filed: Filed) -> str:
    """Return what two entries of one person share."""
    return filed.pin or " ".join(sorted(fold(filed.full_name).split()))
