"""Why a judge does not try a case: requests and rulings, earlier cases, ties judges declare."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.cases import Case, Participant
from sud.models.courts import Judge
from sud.models.filings import Document
from sud.models.reference import Named, Sourced


class Initiative(StrEnum):
    """Who said that a judge must not try a case."""

    PARTY = "party"
    JUDGE = "judge"
    SYSTEM = "system"


class RuledBy(StrEnum):
    """Who rules on a recusal; whoever it is, the next judge is drawn."""

    JUDGE = "judge"
    CHAIR = "chair"
    PANEL = "panel"


class RecusalState(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


class RecusalGround(Named, Sourced, Base):
    """A ground of the law; `drop` is what the log of draws calls a judge's leaving on it."""

    __tablename__ = "recusal_grounds"

    code: Mapped[str] = mapped_column(primary_key=True)
    drop: Mapped[str]
    by_party: Mapped[bool] = mapped_column(default=True, server_default=true())
    by_judge: Mapped[bool] = mapped_column(default=True, server_default=true())
    ordinal: Mapped[int] = mapped_column(default=0)


class RecusalRule(Sourced, Base):
    """Who rules on a recusal in a kind of case, alone or in a panel, by who raised it."""

    __tablename__ = "recusal_rules"
    __table_args__ = (UniqueConstraint("kind_code", "initiative", "panel", "valid_from"),)

    id: Mapped[Identity]
    kind_code: Mapped[str]
    initiative: Mapped[Initiative] = mapped_column(coded(Initiative))
    panel: Mapped[bool]
    ruled_by: Mapped[RuledBy] = mapped_column(coded(RuledBy))


class Recusal(Base):
    """A request that a judge leave a case, and the ruling on it."""

    __tablename__ = "recusals"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('granted', 'refused') OR ruled_at IS NOT NULL", name="ruled_time"
        ),
        # Two presses, two tabs: one request of one person on one ground.
        Index(
            "uq_recusals_asked",
            "case_id",
            "judge_id",
            "ground_code",
            "asked_by_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("state <> 'lapsed'"),
        ),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id), index=True)
    seat: Mapped[int] = mapped_column(default=0)
    initiative: Mapped[Initiative] = mapped_column(coded(Initiative))
    ground_code: Mapped[str] = mapped_column(ForeignKey(RecusalGround.code))
    reasons: Mapped[str] = mapped_column(default="")
    evidence: Mapped[dict[str, Any] | None]
    """The facts that the system found, as codes: the document that a machine wrote."""
    paper_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    asked_at: Mapped[datetime]
    due: Mapped[date]
    ruled_by: Mapped[RuledBy] = mapped_column(coded(RuledBy))
    state: Mapped[RecusalState] = mapped_column(
        coded(RecusalState), default=RecusalState.WAITING, index=True
    )
    ruling: Mapped[str] = mapped_column(default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id))
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    ruled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)
    judge: Mapped[Judge] = relationship(lazy="joined", innerjoin=True)
    ground: Mapped[RecusalGround] = relationship(lazy="joined", innerjoin=True)
    asked_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=asked_by_id)
    ruled_by_user: Mapped[User | None] = relationship(lazy="raise", foreign_keys=ruled_by_id)
    paper: Mapped[Document | None] = relationship(lazy="raise", foreign_keys=paper_id)
    order: Mapped[Document | None] = relationship(lazy="raise", foreign_keys=order_id)


class RelationKind(StrEnum):
    """What a case is to an earlier one; in all but the last, who sat there cannot sit here."""

    APPEAL_OF = "appeal_of"
    CASSATION_OF = "cassation_of"
    REMANDED_FROM = "remanded_from"
    CONTROL_OF = "control_of"
    RELATED = "related"


class CaseRelation(Base):
    """A case continues an earlier one, perhaps of another court; stated by a clerk."""

    __tablename__ = "case_relations"
    __table_args__ = (
        UniqueConstraint("case_id", "earlier_id"),
        CheckConstraint("case_id <> earlier_id", name="two_cases"),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    kind: Mapped[RelationKind] = mapped_column(coded(RelationKind))
    stated_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    stated_at: Mapped[datetime]

    case: Mapped[Case] = relationship(lazy="raise", foreign_keys=case_id)
    earlier: Mapped[Case] = relationship(lazy="joined", innerjoin=True, foreign_keys=earlier_id)


class TieKind(StrEnum):
    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    IN_LAW = "in_law"
    OTHER_KIN = "other_kin"
    FORMER_CLIENT = "former_client"
    PROPERTY = "property"
    OTHER = "other"


class DeclaredTie(Base):
    """A person to whom a judge is tied: read by that judge and by the matching, nobody else.

    A personal number is kept only as a keyed hash; the name key folds spellings of one name.
    """

    __tablename__ = "declared_ties"
    __table_args__ = (Index("ix_declared_ties_name_key", "name_key"),)

    id: Mapped[Identity]
    key: Mapped[Key]
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id), index=True)
    name: Mapped[str]
    name_key: Mapped[str]
    pin_mac: Mapped[bytes | None] = mapped_column(index=True)
    kind: Mapped[TieKind] = mapped_column(coded(TieKind))
    colleague_id: Mapped[int | None] = mapped_column(ForeignKey(Judge.id), index=True)
    """The judge that the person is: the two never sit on one panel."""
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    judge: Mapped[Judge] = relationship(lazy="raise", foreign_keys=judge_id)


class TieAnswer(StrEnum):
    OTHER_PERSON = "other_person"
    SAME_PERSON = "same_person"


class TieQuestion(Base):
    """Somebody of a case bears the name of somebody a judge declared: the judge says who it is."""

    __tablename__ = "tie_questions"
    __table_args__ = (UniqueConstraint("tie_id", "participant_id"),)

    id: Mapped[Identity]
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), index=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id), index=True)
    tie_id: Mapped[int] = mapped_column(ForeignKey(DeclaredTie.id))
    participant_id: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    certain: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The personal number agrees, not the name alone."""
    asked_at: Mapped[datetime]
    answer: Mapped[TieAnswer | None] = mapped_column(coded(TieAnswer))
    answered_at: Mapped[datetime | None]

    tie: Mapped[DeclaredTie] = relationship(lazy="raise")
    participant: Mapped[Participant] = relationship(lazy="raise")


class PortfolioGround(StrEnum):
    """Why all the cases of a judge go to others at once."""

    ABSENCE = "absence"
    LEFT = "left"


class Redistribution(Base):
    """All open cases of a judge drawn anew at once, on one order, which is kept as a file."""

    __tablename__ = "redistributions"

    id: Mapped[Identity]
    key: Mapped[Key]
    judge_id: Mapped[int] = mapped_column(ForeignKey(Judge.id), index=True)
    ground: Mapped[PortfolioGround] = mapped_column(coded(PortfolioGround))
    cases: Mapped[int]
    order_number: Mapped[str]
    order_name: Mapped[str]
    order_size: Mapped[int] = mapped_column(BigInteger)
    order_sha256: Mapped[str]
    order_key: Mapped[str] = mapped_column(unique=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]

    judge: Mapped[Judge] = relationship(lazy="joined", innerjoin=True)
