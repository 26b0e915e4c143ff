"""What a case file knows about its people, handed to the redaction as plain data."""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.redaction import Kind, Known, Name, Official, Person, born_of, label_of, name_of
from documents.redaction.policy import Policy, Treatment
from documents.spelling import fold
from sud.cases import service as cases
from sud.models import Act, FactKind, Participant, PersonFact, PersonKind
from sud.models import Person as Filed

_RELATIVE: Final = {True: "тууган", False: "родственник"}

# Who trades under his own name is still a person.
_TRADER = re.compile(
    r"(?:ИП|ЖИ|жеке\s+ишкер|индивидуальный\s+предприниматель)[\s«\"]+(?P<name>[^»\"]+)",
    re.IGNORECASE,
)


def known_of(session: Session, act: Act, policy: Policy) -> Known:
    """Gather the people of the act's case; one person in two roles keeps his first label.

    Whom the policy lets stay by his role in this very case is an official; everybody else, and
    whoever is related to somebody of the case, is a person to be taken out of the text.
    """
    people = cases.people_of(session, act.case)
    natural = [one for one in people if names_a_person(one.person)]
    stay = {one.id for one in natural if _stays(policy, one, act)}
    facts = facts_of(session, [one.person for one in people])
    parties: dict[str, Person] = {}
    for one in natural:
        who = _same(one.person)
        if one.id not in stay and who not in parties:
            parties[who] = _person(one, facts.get(one.person_id, ()), act.language)
    relatives = [
        fact
        for one in people
        for fact in facts.get(one.person_id, ())
        if fact.kind is FactKind.RELATIVE
    ]
    return Known(
        persons=(
            *parties.values(),
            *(
                Person(
                    key=f"relative-{fact.id}",
                    label=label_of(_RELATIVE[act.language == "ky"], number, act.language),
                    names=(name_of(fact.value),),
                    role="relative",
                )
                for number, fact in enumerate(relatives, 1)
            ),
        ),
        officials=(
            Official(key="judge", names=(name_of(act.judge.full_name),)),
            *(
                Official(key=f"official-{one.id}", names=_names(one.person, ()))
                for one in natural
                if one.id in stay and _same(one.person) not in parties
            ),
        ),
        organisations=tuple(
            spelling
            for one in people
            if not names_a_person(one.person)
            for spelling in (one.person.organisation, *one.person.other_spellings)
        ),
        language=act.language,
        case_kind=act.case.kind_code,
    )


def facts_of(session: Session, people: Sequence[Filed]) -> dict[int, list[PersonFact]]:
    """Return what was noted of each person beside his card, by the person's number."""
    facts: dict[int, list[PersonFact]] = {}
    rows = session.scalars(
        select(PersonFact)
        .where(PersonFact.person_id.in_([one.id for one in people]))
        .order_by(PersonFact.id)
    )
    for fact in rows:
        facts.setdefault(fact.person_id, []).append(fact)
    return facts


def names_a_person(filed: Filed) -> bool:
    """Say whether an entry of the file tells who somebody is: a person, or a trader by name."""
    return filed.kind is PersonKind.NATURAL or _TRADER.match(filed.organisation) is not None


def _stays(policy: Policy, one: Participant, act: Act) -> bool:
    return policy.treatment(Kind.PERSON, one.role_code, act.case.kind_code) is Treatment.KEEP


def _person(one: Participant, facts: Sequence[PersonFact], language: str) -> Person:
    filed = one.person

    def noted(kind: FactKind, *card: str | None) -> tuple[str, ...]:
        return (*filter(None, card), *(fact.value for fact in facts if fact.kind is kind))

    return Person(
        key=str(filed.key),
        label=label_of(one.role.name(language), one.ordinal, language),
        names=_names(filed, facts),
        role=one.role_code,
        pins=(filed.pin,) if filed.pin else (),
        phones=noted(FactKind.PHONE, filed.phone),
        emails=(filed.email,) if filed.email else (),
        addresses=noted(FactKind.ADDRESS, filed.address),
        documents=noted(FactKind.DOCUMENT),
        plates=noted(FactKind.PLATE),
        accounts=noted(FactKind.ACCOUNT),
        property=noted(FactKind.PROPERTY),
        other=noted(FactKind.OTHER),
        born=born_of(filed.pin or ""),
    )


def _names(filed: Filed, facts: Sequence[PersonFact]) -> tuple[Name, ...]:
    trader = _TRADER.match(filed.organisation)
    if trader is not None:
        own = name_of(trader["name"])
    else:
        own = Name(surname=filed.surname, given=filed.given_name, patronymic=filed.patronymic)
    former = (fact.value for fact in facts if fact.kind is FactKind.FORMER_NAME)
    return (own, *(name_of(spelling) for spelling in (*filed.other_spellings, *former)))


def _same(filed: Filed) -> str:
    """Return what two entries of one person share."""
    return filed.pin or " ".join(sorted(fold(filed.full_name).split()))
