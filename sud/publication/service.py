"""Publication: a public text is prepared from an act, checked by a clerk, published, withdrawn."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from documents.papers import acts as papers
from documents.papers.facts import Participant
from documents.redaction import Kind, Known, Layer, residual, surface
from documents.redaction.identifiers import placeholder
from documents.redaction.papers import text_of_pdf
from documents.search import keys
from sud import journal
from sud.access import Action, Actor, visible
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import (
    Act,
    ActPart,
    ActState,
    Case,
    Category,
    Publication,
    PublicationState,
    RoleCode,
)
from sud.outside import Outside, local_day, reaching_the_store
from sud.publication.known import known_of, names_a_person
from sud.publication.places import (
    AROUND,
    Place,
    changed,
    found_in,
    keep,
    meets,
    open_doubts,
    places_of,
    settled_in,
)
from sud.registry import service as registry

_MOST_WAITING = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A place of the public text that still leads to a person."""

    part: ActPart | None
    original: str
    before: str
    after: str
    certain: bool


# ------------------------------------------------------------------ verbs


def prepare(session: Session, actor: Actor, act: Act, *, now: datetime) -> Publication:
    """Make the public text of an issued act as far as the machine can; twice makes it once."""
    session.refresh(act, with_for_update={"of": Act})
    prepared = session.scalars(select(Publication).where(Publication.act_id == act.id)).first()
    if prepared is not None:
        return prepared
    if not publishable(act):
        raise CourtError(Refusal.NOT_PUBLIC)
    known = known_of(session, act)
    places = found_in(act, known)
    publication = Publication(act=act, parts={}, spans=[], prepared_at=now)
    keep(publication, places)
    session.add(publication)
    session.flush()
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        publication,
        now=now,
        change="prepared",
        places=len(places),
        doubts=sum(place.doubt is not None for place in places),
    )
    return publication


def decide(
    session: Session,
    actor: Actor,
    publication: Publication,
    ids: frozenset[int],
    applied: bool,
    *,
    now: datetime,
) -> None:
    """Say of some places whether the public reads the words or what stands for them."""
    _hold(session, publication)
    _refuse_if_public(publication)
    places = list(places_of(publication))
    keep(
        publication,
        [
            changed(place, applied=applied, decided=True) if place.id in ids else place
            for place in places
        ],
    )
    session.flush()
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        publication,
        now=now,
        change="decided",
        places=sorted(ids),
        applied=applied,
    )


def replace(
    session: Session,
    actor: Actor,
    publication: Publication,
    words: str,
    replacement: str,
    *,
    now: datetime,
) -> int:
    """Replace words that the machine did not find, wherever they stand; return how often."""
    _hold(session, publication)
    _refuse_if_public(publication)
    places = list(places_of(publication))
    pattern = re.compile(
        r"(?<!\w)" + r"\s+".join(map(re.escape, words.split())) + r"(?!\w)", re.IGNORECASE
    )
    number = max((place.id for place in places), default=-1) + 1
    added: list[Place] = []
    for part in ActPart:
        text = getattr(publication.act, part)
        for found in pattern.finditer(text):
            if not any(place.applied and meets(place, part, found) for place in places):
                places = [place for place in places if not meets(place, part, found)]
                added.append(
                    Place(
                        id=number + len(added),
                        part=part,
                        start=found.start(),
                        end=found.end(),
                        original=found[0],
                        replacement=replacement,
                        kind=Kind.OTHER,
                        layer=Layer.CLERK,
                        doubt=None,
                        applied=True,
                        decided=True,
                    )
                )
    if not added:
        raise CourtError(Refusal.TEXT_NOT_FOUND)
    keep(publication, [*places, *added])
    session.flush()
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        publication,
        now=now,
        change="added",
        places=len(added),
    )
    return len(added)


def publish(
    session: Session,
    actor: Actor,
    publication: Publication,
    *,
    looked: bool,
    outside: Outside,
    now: datetime,
) -> None:
    """Put the text before the public; refused while anything known of a person is left in it.

    What is published already stays as it is: a second press changes nothing.
    """
    _hold(session, publication)
    if publication.state is PublicationState.PUBLISHED:
        return
    if not publishable(publication.act):
        raise CourtError(Refusal.NOT_PUBLIC)
    known = known_of(session, publication.act)
    left = left_in(publication, known)
    if left:
        raise CourtError(Refusal.NAMES_LEFT, count=len(left))
    doubts = open_doubts(publication)
    if doubts and not looked:
        raise CourtError(Refusal.DOUBTS_OPEN, count=len(doubts))
    keep(
        publication,
        [changed(place, decided=True) if place.open else place for place in places_of(publication)],
    )
    content = public_pdf(session, publication, base_url=outside.base_url, now=now)
    _refuse_telling_paper(publication, known, content)
    with reaching_the_store():
        stored = outside.store.put(
            f"publications/{publication.key}/{publication.version}.pdf",
            io.BytesIO(content),
            content_type="application/pdf",
            size=len(content),
        )
    publication.pdf_key, publication.pdf_sha256 = stored.key, stored.sha256
    publication.state = PublicationState.PUBLISHED
    publication.published_at, publication.published_by_id = now, actor.user_id
    publication.withdrawn_at, publication.withdrawal_note = None, ""
    publication.search = func.array_to_tsvector(cast(keys(_searched(publication)), ARRAY(Text)))
    session.flush()
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        publication,
        now=now,
        change="published",
        sha256=stored.sha256,
        doubts=len(doubts),
    )


def withdraw(
    session: Session,
    actor: Actor,
    publication: Publication,
    note: str,
    *,
    outside: Outside,
    now: datetime,
) -> None:
    """Take a published text back: from the page, the file, the search; the reason is kept."""
    _hold(session, publication)
    if publication.state is PublicationState.WITHDRAWN:
        return
    if publication.state is not PublicationState.PUBLISHED:
        raise CourtError(Refusal.NOT_NOW)
    forgotten = publication.pdf_key
    publication.state = PublicationState.WITHDRAWN
    publication.withdrawn_at, publication.withdrawal_note = now, note
    publication.pdf_key = publication.pdf_sha256 = publication.search = None
    session.flush()
    journal.record(
        session,
        actor,
        Action.PUBLICATION_REVIEW,
        publication,
        now=now,
        change="withdrawn",
    )
    outside.defer(session, "publication.forget", pdf_key=forgotten)


# ------------------------------------------------------------------ queries


def publishable(act: Act) -> bool:
    """Say whether acts of such a case are ever published (handbook, 8.2)."""
    return act.state is ActState.ISSUED and not act.case.sealed and not act.case.category.closed


def publication_of_url(session: Session, actor: Actor, key: UUID) -> Publication | None:
    """Return the publication of a clerk's address."""
    return session.scalars(
        visible(select(Publication).where(Publication.key == key), actor)
    ).one_or_none()


def act_of_url(session: Session, actor: Actor, key: UUID) -> Act | None:
    """Return the issued act of a clerk's address."""
    return session.scalars(
        visible(select(Act).where(Act.key == key, Act.state == ActState.ISSUED), actor)
    ).one_or_none()


def waiting(session: Session, actor: Actor) -> Sequence[Publication]:
    """Return what the clerk has to check, the oldest first."""
    query = _of_clerk(select(Publication), actor).where(
        Publication.state == PublicationState.PREPARED
    )
    return session.scalars(query.order_by(Publication.prepared_at).limit(_MOST_WAITING)).all()


def unprepared(session: Session, actor: Actor) -> Sequence[Act]:
    """Return issued acts whose public text nobody has made yet."""
    query = (
        select(Act)
        .join(Case, Case.id == Act.case_id)
        .join(Category, Category.code == Case.category_code)
        .outerjoin(Publication, Publication.act_id == Act.id)
        .where(
            Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
            Act.state == ActState.ISSUED,
            Publication.id.is_(None),
            ~Case.sealed,
            ~Category.closed,
        )
    )
    return session.scalars(query.order_by(Act.issued_at).limit(_MOST_WAITING)).all()


def finished(session: Session, actor: Actor) -> Sequence[Publication]:
    """Return what the clerk's court published or withdrew lately."""
    query = _of_clerk(select(Publication), actor).where(
        Publication.state != PublicationState.PREPARED
    )
    return session.scalars(query.order_by(Publication.published_at.desc()).limit(20)).all()


def left_in(publication: Publication, known: Known) -> tuple[Left, ...]:
    """Return what the public text still tells about the people of the case."""
    settled = settled_in(publication)
    return tuple(
        Left(
            part=part,
            original=span.original,
            before=text[max(0, span.start - AROUND) : span.start],
            after=text[span.end : span.end + AROUND],
            certain=span.doubt is None,
        )
        for part in ActPart
        for text in (publication.parts[part],)
        for span in residual(text, known, settled=settled)
    )


def labels_of(publication: Publication, known: Known) -> tuple[tuple[str, str], ...]:
    """Return what may be put for words: the people's labels and the names of things."""
    language = publication.act.language
    people = [(person.label, f"{person.label} ({person.names[0]})") for person in known.persons]
    strangers = dict.fromkeys(
        place.replacement
        for place in places_of(publication)
        if place.layer is Layer.PATTERN and place.kind is Kind.PERSON
    )
    things = [placeholder(kind, language) for kind in Kind]
    return tuple(dict([*people, *((one, one) for one in (*strangers, *things))]).items())


def public_act(
    session: Session, publication: Publication, *, base_url: str, now: datetime
) -> papers.PublicAct:
    """Return what stands on the public paper: nothing but what the public page shows too."""
    act = publication.act
    day = local_day(act.issued_at or now)
    court = registry.court_name_on(session, act.case.court, act.language, day)
    labels = {person.key: person.label for person in known_of(session, act).persons}
    return papers.PublicAct(
        language=act.language,
        kind=act.kind_code,
        court=court.name if court else act.case.court.name(act.language),
        number=act.case.number,
        place=court.city if court else "",
        day=day,
        judges=(act.judge.full_name,),
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
        url=f"{base_url.rstrip('/')}/decisions/{publication.key}",
    )


def public_pdf(
    session: Session, publication: Publication, *, base_url: str, now: datetime
) -> bytes:
    """Print the public text anew: no byte of the signed paper is in it."""
    return papers.public_act(public_act(session, publication, base_url=base_url, now=now)).pdf


def stored_pdf(publication: Publication, outside: Outside) -> Iterator[bytes] | None:
    """Return the public paper in pieces; none when there is none, or none any more."""
    if publication.pdf_key is None:
        return None
    with reaching_the_store():
        return outside.store.stream(publication.pdf_key)


# ------------------------------------------------------------------ how it is kept


def _hold(session: Session, publication: Publication) -> None:
    """Lock the row: whoever decides about it at the same time waits and sees what we did."""
    session.refresh(publication, with_for_update={"of": Publication})


def _refuse_if_public(publication: Publication) -> None:
    if publication.state is PublicationState.PUBLISHED:
        raise CourtError(Refusal.NOT_NOW)


def _refuse_telling_paper(publication: Publication, known: Known, content: bytes) -> None:
    """Refuse a file that tells more than its text: in its layers, properties or bookmarks."""
    act = publication.act
    frame = "\n".join((act.case.court.name("ky"), act.case.court.name("ru"), act.judge.full_name))
    harmless = frozenset(surface(span.original) for span in residual(frame, known) if span.doubt)
    # Its own address is random and may look like a telephone number.
    own = re.compile(r"\s*".join(map(re.escape, str(publication.key))))
    told = own.sub("", text_of_pdf(content))
    left = residual(told, known, settled=settled_in(publication) | harmless)
    if left:
        raise CourtError(Refusal.NAMES_LEFT, count=len(left))


def _searched(publication: Publication) -> str:
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


def _of_clerk(query: Select[Any], actor: Actor) -> Select[Any]:
    return (
        query.join(Act, Act.id == Publication.act_id)
        .join(Case, Case.id == Act.case_id)
        .where(Case.court_id.in_(actor.courts_as(RoleCode.CLERK)))
    )
