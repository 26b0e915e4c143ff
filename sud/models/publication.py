"""Public versions of acts: read by one or two persons, published, held, withdrawn, reported."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.acts import Act
from sud.models.cases import Case
from sud.models.policies import Ground, PublicationPolicy


class PublicationState(StrEnum):
    PREPARED = "prepared"
    CONFIRMING = "confirming"  # one person has read it, another still has to
    PUBLISHED = "published"
    HELD = "held"  # was public and is looked at again; nobody reads it meanwhile
    WITHDRAWN = "withdrawn"


UNREAD = (PublicationState.PREPARED, PublicationState.CONFIRMING)
"""States in which a text has never been public in this round: it exists for its clerks alone."""


class PublicationForm(StrEnum):
    TEXT = "text"
    OPERATIVE = "operative"  # the operative part alone, as the policy says of a ground
    CARD = "card"  # number, kind, court, date and result of what is never published


class Publication(Base):
    """The public text of one act; `parts` is what the public reads, `spans` how it was made.

    `proposed` is what the machine found, before anybody read it; a round ends when the text is
    taken back, and the next one is read anew. The database itself publishes nothing with an open
    doubt, and no text of a case that is barred (function `publication_bar`).
    """

    __tablename__ = "publications"
    __table_args__ = (
        CheckConstraint(
            "state IN ('prepared', 'confirming') OR published_at IS NOT NULL",
            name="published_time",
        ),
        CheckConstraint(
            "state <> 'published' OR NOT jsonb_path_exists(spans,"
            " '$[*] ? (@.doubt != null && @.decided == false)')",
            name="no_open_doubt",
        ),
        CheckConstraint(
            "form <> 'card' OR (parts = '{}' AND spans = '[]' AND pdf_key IS NULL"
            " AND search IS NULL)",
            name="card_without_text",
        ),
        Index("ix_publications_search", "search", postgresql_using="gin"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    act_id: Mapped[int] = mapped_column(ForeignKey(Act.id), unique=True)
    form: Mapped[PublicationForm] = mapped_column(
        coded(PublicationForm), default=PublicationForm.TEXT
    )
    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.PREPARED, index=True
    )
    policy_id: Mapped[int | None] = mapped_column(ForeignKey(PublicationPolicy.id), index=True)
    round: Mapped[int] = mapped_column(default=1)
    parts: Mapped[dict[str, Any]]
    spans: Mapped[list[Any]]
    proposed: Mapped[list[Any]] = mapped_column(default=list)
    second_because: Mapped[Ground | None] = mapped_column(coded(Ground))
    """Why another person reads it too; set when the first has finished, never before."""
    search: Mapped[Any | None] = mapped_column(TSVECTOR)
    suggestions: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    pdf_key: Mapped[str | None] = mapped_column(unique=True)
    pdf_sha256: Mapped[str | None]
    prepared_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    held_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    act: Mapped[Act] = relationship(lazy="joined", innerjoin=True)
    policy: Mapped[PublicationPolicy | None] = relationship(lazy="joined")

    @property
    def case(self) -> Case:
        return self.act.case

    @property
    def case_id(self) -> int:
        """The case it belongs to, for the journal."""
        return self.act.case_id


class PublicationReading(Base):
    """One person's reading of one text: what he changed of the machine's proposal, and how long.

    `changes` are the places where he left the proposal, `counts` say how many places there were
    and how many were hidden needlessly or missed, `differences` in how many the second reader left
    the first.
    """

    __tablename__ = "publication_readings"
    __table_args__ = (
        UniqueConstraint("publication_id", "round", "reader_id"),
        CheckConstraint("number IN (1, 2)", name="number"),
        Index(
            "uq_publication_readings_going",
            "publication_id",
            "round",
            "number",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    publication_id: Mapped[int] = mapped_column(ForeignKey(Publication.id))
    round: Mapped[int]
    number: Mapped[int]
    reader_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    begun_at: Mapped[datetime]
    last_at: Mapped[datetime]
    seconds: Mapped[int] = mapped_column(default=0)
    left_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    spans: Mapped[list[Any]] = mapped_column(default=list)
    changes: Mapped[list[Any]] = mapped_column(default=list)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    differences: Mapped[int | None]

    reader: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class PublicationChange(StrEnum):
    """What became of a public text, as the feed of changes tells it."""

    PUBLISHED = "published"
    REPUBLISHED = "republished"
    HELD = "held"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class PublicationStep(Base):
    """One line of the public log of changes: what became of which text, under which policy."""

    __tablename__ = "publication_steps"

    id: Mapped[Identity]
    publication_id: Mapped[int] = mapped_column(ForeignKey(Publication.id), index=True)
    change: Mapped[PublicationChange] = mapped_column(coded(PublicationChange))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey(PublicationPolicy.id))
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime] = mapped_column(index=True)

    publication: Mapped[Publication] = relationship(lazy="selectin")
    policy: Mapped[PublicationPolicy | None] = relationship(lazy="joined")


class CaseGround(Base):
    """That a case is one which is never published, or only after a second reader; may be lifted."""

    __tablename__ = "case_grounds"
    __table_args__ = (
        Index(
            "uq_case_grounds_standing",
            "case_id",
            "ground",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id))
    ground: Mapped[Ground] = mapped_column(coded(Ground))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Nobody when the file itself told it: the age of a party, a word of the act."""
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))

    noted_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[noted_by_id])


class ProblemKind(StrEnum):
    NAME = "name"  # somebody can be recognised
    TEXT = "text"  # the text is wrong, torn or unreadable
    OTHER = "other"


class ProblemOutcome(StrEnum):
    HELD = "held"
    NOTHING = "nothing"


class ProblemReport(Base):
    """What somebody, who need not say who he is, finds wrong with a published decision."""

    __tablename__ = "problem_reports"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled_whole"),
        Index("ix_problem_reports_who_at", "who", "at"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    publication_id: Mapped[int] = mapped_column(ForeignKey(Publication.id), index=True)
    kind: Mapped[ProblemKind] = mapped_column(coded(ProblemKind))
    words: Mapped[str]
    who: Mapped[bytes]
    """A keyed hash of where it came from: enough to slow one sender down, and for nothing else."""
    at: Mapped[datetime]
    outcome: Mapped[ProblemOutcome | None] = mapped_column(coded(ProblemOutcome))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))

    publication: Mapped[Publication] = relationship(lazy="joined", innerjoin=True)

    @property
    def case(self) -> Case:
        return self.publication.act.case

    @property
    def case_id(self) -> int:
        return self.publication.act.case_id
