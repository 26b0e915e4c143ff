"""Outgoing: all that would become public with one text, gathered for the gate and for readers."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from documents.papers import acts as papers
from documents.papers.facts import Participant
from documents.redaction.policy import default_policy
from documents.search import keys
from sud.acts import service as acts
from sud.cases import service as cases
from sud.models import ActPart, Publication
from sud.outside import local_day
from sud.publication import policies
from sud.publication.gate import Outgoing
from sud.publication.known import known_of, names_a_person
from sud.registry import service as registry

LANGUAGES: Final = ("ky", "ru", "en")
_WORD: Final = re.compile(r"[^\W\d_]{5,}")
_MOST_SUGGESTIONS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWords:
    """What a feed says of one text in one language."""

    title: str
    facts: tuple[str, ...]


def outgoing(session: Session, publication: Publication, pdf: bytes, *, base_url: str) -> Outgoing:
    """Return everything that leaves the house when this text is published."""
    act, case = publication.act, publication.act.case
    facts = public_act(session, publication, base_url=base_url, now=publication.prepared_at)
    feed = [feed_words(publication, lang) for lang in LANGUAGES]
    return Outgoing(
        text={part.value: publication.parts[part] for part in ActPart},
        heading=(
            facts.court,
            facts.place,
            *facts.judges,
            *(f"{one.role}: {one.name}" for one in facts.participants),
            *(
                thing.name(lang)
                for thing in (case.court, case.category, case.kind, act.kind)
                for lang in LANGUAGES
            ),
            case.number,
        ),
        pdf=pdf,
        file_names=(file_name(publication), store_name(publication)),
        addresses=(facts.url, f"{facts.url}.pdf", f"{facts.url}/report"),
        index=keys(searched(publication)),
        suggestions=publication.suggestions,
        feed="\n".join(line for words in feed for line in (words.title, *words.facts)),
        own=str(publication.key),
    )


def feed_words(publication: Publication, lang: str) -> FeedWords:
    """Return the title and the facts under which feeds list a text; a card names no subject."""
    act, case = publication.act, publication.act.case
    subject = (case.category.name(lang),) if publication.parts else ()
    return FeedWords(
        title=f"{act.kind.name(lang)} {case.number}", facts=(case.court.name(lang), *subject)
    )


def file_name(publication: Publication) -> str:
    """Return the name under which the public paper is saved: the random key and no more."""
    return f"decision-{publication.key}.pdf"


def store_name(publication: Publication) -> str:
    """Return where the public paper lies: repeated after a crash, it lands on the same place."""
    return f"publications/{publication.key}/{publication.version}.pdf"


def searched(publication: Publication) -> str:
    """Return the text that the public search answers from."""
    case = publication.act.case
    return "\n".join(
        (
            *(publication.parts[part] for part in ActPart),
            case.number,
            case.court.name_ky,
            case.court.name_ru,
            case.category.name_ky,
            case.category.name_ru,
        )
    )


def suggested(parts: Mapping[str, Any]) -> list[str]:
    """Return the words under which the search box may offer a text: never one written large."""
    words = [word for part in ActPart for word in _WORD.findall(parts[part])]
    capitals = {word.lower() for word in words if word != word.lower()}
    counted = Counter(word for word in words if word == word.lower() and word not in capitals)
    best = sorted(counted.items(), key=lambda one: (-one[1], -len(one[0]), one[0]))
    return [word for word, _count in best[:_MOST_SUGGESTIONS]]


def public_act(
    session: Session, publication: Publication, *, base_url: str, now: datetime
) -> papers.PublicAct:
    """Return what stands on the public paper: nothing but what the public page shows too."""
    act = publication.act
    day = acts.day_of(session, act, today=local_day(now))
    court = registry.court_name_on(session, act.case.court, act.language, day)
    policy = publication.policy
    reads = policies.redaction_policy(session, policy) if policy else default_policy()
    labels = {person.key: person.label for person in known_of(session, act, reads).persons}
    return papers.PublicAct(
        language=act.language,
        kind=act.kind_code,
        court=court.name if court else act.case.court.name(act.language),
        number=act.case.number,
        place=court.city if court else "",
        day=day,
        judges=[judge.full_name for judge in acts.panel_of(session, act)],
        participants=[
            Participant(role=one.role.name(act.language), name=name)
            for one in cases.people_of(session, act.case)
            for name in (
                labels.get(str(one.person.key), "")
                if names_a_person(one.person)
                else one.person.organisation,
            )
            if name
        ],
        parts=papers.Parts(**{part.value: publication.parts[part] for part in ActPart}),
        published=local_day(now),
        policy=str(policy.number) if policy else "",
        url=f"{base_url.rstrip('/')}/decisions/{publication.key}",
    )


def public_pdf(
    session: Session, publication: Publication, *, base_url: str, now: datetime
) -> bytes:
    """Print the public text anew: no byte of the signed paper is in it."""
    return papers.public_act(public_act(session, publication, base_url=base_url, now=now)).pdf
