"""Publication: a public text is prepared from an act, read, published, held, withdrawn."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, cast, func, select
from sqlalchemy.orm import Session

from documents.redaction import Kind, Known
from documents.redaction.identifiers import placeholder
from documents.redaction.policy import default_policy
from sud import journal
from sud.access import Action, Actor
from sud.cases import service as cases
from sud.errors import CourtError, Refusal
from sud.models import (
    UNREAD,
    Act,
    ActState,
    Case,
    FactKind,
    Ground,
    Person,
    PersonFact,
    PolicyState,
    Publication,
    PublicationChange,
    PublicationForm,
    PublicationState,
    PublicationStep,
)
from sud.outside import Outside, reaching_the_store
from sud.publication import bars, gate, policies, readings
from sud.publication.gate import Leak
from sud.publication.known import facts_of, known_of
from sud.publication.outgoing import outgoing, public_pdf, store_name, suggested
from sud.publication.places import (
    Answer,
    answered,
    carried,
    found_in,
    holds_what_bars,
    keep,
    open_doubts,
    parts_of,
    placed,
    places_of,
    settled_in,
    with_words_replaced,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What else the file knows of a person: a former name, a relative, a plate..."""

    kind: FactKind
    value: str


# ------------------------------------------------------------------ verbs


def prepare(session: Session, actor: Actor, act: Act, *, now: datetime) -> Publication:
    """Make the public text of an issued act as far as the machine can; twice makes it once.

    Of a case that is never published only the card is made: number, kind, court, date, result.
    """
    session.refresh(act, with_for_update={"of": Act})
    prepared = session.scalars(select(Publication).where(Publication.act_id == act.id)).first()
    if prepared is not None:
        return prepared
    if act.state is not ActState.ISSUED:
        raise CourtError(Refusal.NOT_PUBLIC)
    publication = Publication(act=act, parts={}, spans=[], proposed=[], prepared_at=now)
    session.add(publication)
    _propose(session, actor, publication, now=now)
    _record(session, actor, publication, "prepared", now=now, **_found(publication))
    return publication


def prepare_anew(
    session: Session, actor: Actor, publication: Publication, *, now: datetime
) -> None:
    """Search the act again, by today's policy and file; what was decided of a place stays so."""
    _hold_row(session, publication)
    if publication.state not in UNREAD:
        raise CourtError(Refusal.NOT_NOW)
    readings.at_work(session, actor, publication, now=now)
    before = places_of(publication)
    _propose(session, actor, publication, now=now)
    keep(publication, carried(before, places_of(publication)))
    session.flush()
    _record(session, actor, publication, "prepared_anew", now=now, **_found(publication))


def decide(
    session: Session,
    actor: Actor,
    publication: Publication,
    ids: frozenset[int],
    answer: Answer,
    *,
    now: datetime,
) -> None:
    """Say of some places whether the public reads the words, or what stands for them."""
    _hold_row(session, publication)
    _refuse_unless_read(publication)
    readings.at_work(session, actor, publication, now=now)
    keep(
        publication,
        [answered(place, answer) if place.id in ids else place for place in places_of(publication)],
    )
    session.flush()
    _record(
        session,
        actor,
        publication,
        "decided",
        now=now,
        places=sorted(ids),
        answer=answer.verb.value,
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
    _hold_row(session, publication)
    _refuse_unless_read(publication)
    readings.at_work(session, actor, publication, now=now)
    places, count = with_words_replaced(
        publication, words, replacement, _kind_of(session, publication, replacement)
    )
    if not count:
        raise CourtError(Refusal.TEXT_NOT_FOUND)
    keep(publication, places)
    session.flush()
    _record(session, actor, publication, "added", now=now, places=count)
    return count


def finish(
    session: Session, actor: Actor, publication: Publication, *, outside: Outside, now: datetime
) -> PublicationState:
    """End one's reading: the text goes to the second reader, or before the public.

    Refused while one doubt is open, while anything known of a person is left in any channel, and
    always for a text of a case that is barred. Where the second reader left the first, the places
    are opened once more instead, and he decides them knowing both. What is published already stays
    as it is: a second press changes nothing.
    """
    with session.begin_nested():  # refused at the gate, it leaves nothing half done
        return _finish(session, actor, publication, outside=outside, now=now)


def take_over(session: Session, actor: Actor, publication: Publication, *, now: datetime) -> None:
    """Read on in the place of another person, who is away."""
    _hold_row(session, publication)
    _refuse_unless_read(publication)
    readings.take_over(session, actor, publication, now=now)


def hold(session: Session, actor: Actor, publication: Publication, *, now: datetime) -> None:
    """Take a public text from everybody's eyes at once, while the court looks at it again."""
    _hold_row(session, publication)
    if publication.state is PublicationState.HELD:
        return
    if publication.state is not PublicationState.PUBLISHED:
        raise CourtError(Refusal.NOT_NOW)
    publication.state, publication.held_at = PublicationState.HELD, now
    _step(session, actor, publication, PublicationChange.HELD, now=now)


def release(
    session: Session, actor: Actor, publication: Publication, *, outside: Outside, now: datetime
) -> None:
    """Show a held text again as it was; the gate searches it by what the file knows today.

    Refused when by the policy in force less of the case may be public, or two must have read it.
    """
    _hold_row(session, publication)
    if publication.state is PublicationState.PUBLISHED:
        return
    if publication.state is not PublicationState.HELD:
        raise CourtError(Refusal.NOT_NOW)
    _refuse_barred(session, publication)
    _refuse_read_once(session, publication)
    if publication.form is not PublicationForm.CARD:
        with reaching_the_store():
            content = outside.store.get(publication.pdf_key or "")
        _refuse_leaks(all_leaks(session, publication, content, base_url=outside.base_url))
    publication.state, publication.held_at = PublicationState.PUBLISHED, None
    _step(session, actor, publication, PublicationChange.RELEASED, now=now)


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
    _hold_row(session, publication)
    if publication.state is PublicationState.WITHDRAWN:
        return
    if publication.state not in {PublicationState.PUBLISHED, PublicationState.HELD}:
        raise CourtError(Refusal.NOT_NOW)
    forgotten = publication.pdf_key
    publication.state = PublicationState.WITHDRAWN
    publication.withdrawn_at, publication.withdrawal_note = now, note
    publication.held_at = publication.pdf_key = publication.pdf_sha256 = publication.search = None
    publication.suggestions = []
    _step(session, actor, publication, PublicationChange.WITHDRAWN, now=now)
    if forgotten is not None:
        outside.defer(session, "publication.forget", pdf_key=forgotten)


def reopen(session: Session, actor: Actor, publication: Publication, *, now: datetime) -> None:
    """Begin a new round with a withdrawn text: it is searched and read anew from the start."""
    _hold_row(session, publication)
    if publication.state is not PublicationState.WITHDRAWN:
        raise CourtError(Refusal.NOT_NOW)
    publication.state, publication.round = PublicationState.PREPARED, publication.round + 1
    publication.second_because, publication.prepared_at = None, now
    _propose(session, actor, publication, now=now)
    _record(session, actor, publication, "reopened", now=now, round=publication.round)


def note_ground(
    session: Session, actor: Actor, publication: Publication, ground: Ground, *, now: datetime
) -> None:
    """Note why the case is never published: a text that is public is held in the same moment."""
    _hold_row(session, publication)
    case = publication.act.case
    bars.note(session, actor, case, ground, now=now)
    for one in of_case(session, case):
        hold_barred(session, actor, one, now=now)


def hold_barred(session: Session, actor: Actor, publication: Publication, *, now: datetime) -> None:
    """Hold a public text of which by the policy in force less may be public; others stay."""
    _hold_row(session, publication)
    if publication.state is PublicationState.PUBLISHED and _tells_too_much(session, publication):
        hold(session, actor, publication, now=now)


def lift_ground(
    session: Session, actor: Actor, publication: Publication, ground: Ground, *, now: datetime
) -> None:
    """Say that a noted reason does not hold; what became a card is searched as a text again."""
    _hold_row(session, publication)
    bars.lift(session, actor, publication.act.case, ground, now=now)


def note_fact(
    session: Session,
    actor: Actor,
    publication: Publication,
    person: Person,
    fact: Fact,
    *,
    now: datetime,
) -> None:
    """Note what the file knows of a person beside his card; the gate looks for it from now on."""
    _hold_row(session, publication)
    session.add(
        PersonFact(
            person_id=person.id,
            kind=fact.kind,
            value=fact.value,
            noted_at=now,
            noted_by_id=actor.user_id,
        )
    )
    session.flush()
    _record(session, actor, publication, "fact_noted", now=now, kind=fact.kind.value)


# ------------------------------------------------------------------ queries


def of_case(session: Session, case: Case) -> Sequence[Publication]:
    """Return every text of a case, whatever became of it."""
    return session.scalars(
        select(Publication).join(Act, Act.id == Publication.act_id).where(Act.case_id == case.id)
    ).all()


def known(session: Session, publication: Publication) -> Known:
    """Return what the case file knows, as the text's own version of the policy reads it."""
    policy = publication.policy
    return known_of(
        session,
        publication.act,
        policies.redaction_policy(session, policy) if policy else default_policy(),
    )


def outdated(publication: Publication) -> bool:
    """Say whether another policy is in force since the text was made."""
    return publication.policy is None or publication.policy.state is not PolicyState.IN_FORCE


def facts_told(session: Session, publication: Publication) -> list[tuple[Person, list[PersonFact]]]:
    """Return whom the file knows, each with what was noted of him beside his card."""
    people = [one.person for one in cases.people_of(session, publication.act.case)]
    facts = facts_of(session, people)
    return [(person, facts.get(person.id, [])) for person in people]


def text_leaks(session: Session, publication: Publication) -> tuple[Leak, ...]:
    """Return what the text alone still tells about the people of the case."""
    if publication.form is PublicationForm.CARD:
        return ()
    return gate.in_text(
        publication.parts, known(session, publication), settled=settled_in(publication)
    )


def all_leaks(
    session: Session, publication: Publication, pdf: bytes, *, base_url: str
) -> tuple[Leak, ...]:
    """Return what anything that would go out, in any channel, tells about the people."""
    return _through_gate(
        session, publication, outgoing(session, publication, pdf, base_url=base_url)
    )


def leaks_now(
    session: Session, publication: Publication, *, base_url: str, now: datetime
) -> tuple[Leak, ...]:
    """Return what would stop the publication at this moment."""
    if publication.form is PublicationForm.CARD:
        return ()
    pdf = public_pdf(session, publication, base_url=base_url, now=now)
    return all_leaks(session, publication, pdf, base_url=base_url)


def stored_pdf(publication: Publication, outside: Outside) -> Iterator[bytes] | None:
    """Return the public paper in pieces; none when there is none, or none any more."""
    if publication.pdf_key is None or publication.state is not PublicationState.PUBLISHED:
        return None
    with reaching_the_store():
        return outside.store.stream(publication.pdf_key)


# ------------------------------------------------------------------ how it is kept


def _hold_row(session: Session, publication: Publication) -> None:
    """Lock the row: whoever decides about it at the same time waits and sees what we did."""
    session.refresh(publication, with_for_update={"of": Publication})


def _propose(session: Session, actor: Actor, publication: Publication, *, now: datetime) -> None:
    """Write down what the machine finds, by the policy in force; a barred case gets a card."""
    act = publication.act
    policy = policies.found(session, actor, now=now)
    bars.note_what_shows(session, actor, act, now=now)
    publication.policy, publication.policy_id = policy, policy.id
    reads = policies.redaction_policy(session, policy)
    told = known_of(session, act, reads)
    publication.form = bars.form_of(session, act.case)
    shown = parts_of(publication)
    found = [
        place for place in (found_in(act, told, reads) if shown else ()) if place.part in shown
    ]
    if holds_what_bars(reads, told, found):
        publication.form = PublicationForm.CARD
    keep(publication, found)
    publication.proposed = publication.spans
    session.flush()


def _found(publication: Publication) -> dict[str, Any]:
    return {
        "form": publication.form.value,
        "policy": publication.policy.number if publication.policy else None,
        "places": len(publication.spans),
        "doubts": sum(span["doubt"] is not None for span in publication.spans),
    }


def _finish(
    session: Session, actor: Actor, publication: Publication, *, outside: Outside, now: datetime
) -> PublicationState:
    _hold_row(session, publication)
    if publication.state is PublicationState.PUBLISHED:
        return publication.state
    if publication.state not in UNREAD:
        raise CourtError(Refusal.NOT_NOW)
    _refuse_barred(session, publication)
    if outdated(publication):
        raise CourtError(Refusal.POLICY_CHANGED)
    reading = readings.at_work(session, actor, publication, now=now)
    _refuse_open(publication)
    second, lot = bars.second_reader(session, publication, secret=outside.secret)
    if publication.state is PublicationState.CONFIRMING:
        if readings.confront(session, publication, reading):
            session.flush()
            _record(session, actor, publication, "differs", now=now, places=reading.differences)
            return publication.state
    elif second is not None:
        _refuse_leaks(text_leaks(session, publication))
        readings.finish(publication, reading, now=now)
        publication.state, publication.second_because = PublicationState.CONFIRMING, second
        keep(publication, placed(publication, publication.proposed))
        session.flush()
        _record(session, actor, publication, "confirming", now=now, because=second.value, lot=lot)
        return publication.state
    readings.finish(publication, reading, now=now)
    session.flush()
    _publish(session, actor, publication, lot=lot, outside=outside, now=now)
    return publication.state


def _publish(
    session: Session,
    actor: Actor,
    publication: Publication,
    *,
    lot: int,
    outside: Outside,
    now: datetime,
) -> None:
    again = publication.published_at is not None
    if publication.form is not PublicationForm.CARD:
        content = public_pdf(session, publication, base_url=outside.base_url, now=now)
        publication.suggestions = suggested(publication.parts)
        leaving = outgoing(session, publication, content, base_url=outside.base_url)
        _refuse_leaks(_through_gate(session, publication, leaving))
        with reaching_the_store():
            stored = outside.store.put(
                store_name(publication),
                io.BytesIO(content),
                content_type="application/pdf",
                size=len(content),
            )
        publication.pdf_key, publication.pdf_sha256 = stored.key, stored.sha256
        publication.search = func.array_to_tsvector(cast(list(leaving.index), ARRAY(Text)))
    publication.state = PublicationState.PUBLISHED
    publication.published_at, publication.published_by_id = now, actor.user_id
    publication.withdrawn_at, publication.withdrawal_note = None, ""
    change = PublicationChange.REPUBLISHED if again else PublicationChange.PUBLISHED
    _step(session, actor, publication, change, now=now, sha256=publication.pdf_sha256, lot=lot)


def _through_gate(
    session: Session, publication: Publication, leaving: gate.Outgoing
) -> tuple[Leak, ...]:
    return gate.leaks(leaving, known(session, publication), settled=settled_in(publication))


def _step(
    session: Session,
    actor: Actor,
    publication: Publication,
    change: PublicationChange,
    *,
    now: datetime,
    **facts: Any,
) -> None:
    """Write one line of the public log, and the same in the journal."""
    session.add(
        PublicationStep(
            publication=publication,
            change=change,
            policy_id=publication.policy_id,
            by_id=actor.user_id,
            at=now,
        )
    )
    session.flush()
    _record(session, actor, publication, change.value, now=now, **facts)


def _record(
    session: Session,
    actor: Actor,
    publication: Publication,
    change: str,
    *,
    now: datetime,
    **facts: Any,
) -> None:
    journal.record(
        session, actor, Action.PUBLICATION_REVIEW, publication, now=now, change=change, **facts
    )


def _refuse_unless_read(publication: Publication) -> None:
    if publication.state not in UNREAD or publication.form is PublicationForm.CARD:
        raise CourtError(Refusal.NOT_NOW)


def _refuse_barred(session: Session, publication: Publication) -> None:
    if publication.act.state is not ActState.ISSUED:
        raise CourtError(Refusal.NOT_PUBLIC)
    if publication.form is PublicationForm.CARD:
        return
    if bars.form_of(session, publication.act.case) is PublicationForm.CARD:
        raise CourtError(Refusal.NOT_PUBLIC)
    if _tells_too_much(session, publication):
        raise CourtError(Refusal.POLICY_STRICTER)


def _tells_too_much(session: Session, publication: Publication) -> bool:
    """Say whether by the policy in force less of the case may be public than this holds."""
    order = (PublicationForm.CARD, PublicationForm.OPERATIVE, PublicationForm.TEXT)
    allowed = bars.form_of(session, publication.act.case)
    if order.index(publication.form) > order.index(allowed):
        return True
    standing = policies.in_force(session)
    if standing is None or publication.form is PublicationForm.CARD:
        return False
    reads = policies.redaction_policy(session, standing)
    return holds_what_bars(reads, known_of(session, publication.act, reads), places_of(publication))


def _refuse_read_once(session: Session, publication: Publication) -> None:
    """Refuse a text that one person has read where the policy in force wants two."""
    wanted = bars.read_twice(session, publication.act.case)
    if (
        wanted is not None
        and publication.form is not PublicationForm.CARD
        and readings.finished(session, publication, 2) is None
    ):
        raise CourtError(Refusal.POLICY_STRICTER)


def _refuse_open(publication: Publication) -> None:
    doubts = open_doubts(publication)
    if doubts:
        raise CourtError(Refusal.DOUBTS_OPEN, count=len(doubts))


def _refuse_leaks(leaks: Sequence[Leak]) -> None:
    if leaks:
        raise CourtError(Refusal.NAMES_LEFT, count=len(leaks))


def _kind_of(session: Session, publication: Publication, replacement: str) -> Kind:
    """Return of which sort the words are that a reader puts a label for."""
    language = publication.act.language
    things = {placeholder(kind, language): kind for kind in Kind}
    if replacement in things:
        return things[replacement]
    people = {person.label for person in known(session, publication).persons}
    return Kind.PERSON if replacement in people else Kind.OTHER
