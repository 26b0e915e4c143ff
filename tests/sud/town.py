"""Two courts with a judge, a clerk and cases each: the ground on which access is tested."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import ANONYMOUS, SYSTEM, Actor
from sud.accounts.service import actor_of
from sud.models import (
    Act,
    ActState,
    Case,
    CertifiedCopy,
    Disc,
    DiscOrigin,
    DiscState,
    DiscTitle,
    Document,
    Erasure,
    ErasureGround,
    ExceptionKind,
    ExceptionProposal,
    Filing,
    FilingState,
    Hearing,
    Initiative,
    IssuedPaper,
    ManualGround,
    Masking,
    Notice,
    NoticeKind,
    PaperKind,
    Participant,
    Publication,
    PublicationState,
    Recording,
    Recusal,
    RecusalGround,
    Remark,
    RemarkSubject,
    RoleCode,
    RuledBy,
    Scan,
    ScanPart,
    SeatRole,
    SheetKind,
    SigningRule,
    SigningSeat,
    SigningSheet,
    User,
    Writ,
)
from tests.builders import Make


@dataclass(frozen=True)
class Town:
    """Two courts, each with a judge, a clerk and cases of its own; one case is sealed."""

    users: dict[str, User]
    actors: dict[str, Actor]
    things: dict[type, list[Any]]


def build_town(session: Session, make: Make) -> Town:
    here, there = make.court(), make.court("Б1", "BSK-LEN")
    judge, other_judge = make.judge(here), make.judge(there)
    open_case = make.case(here, judge)
    sealed = make.case(here, judge)
    foreign = make.case(there, other_judge)
    users: dict[str, User] = {
        "plaintiff": make.party(open_case),
        "respondent": make.party(open_case, "respondent"),
        "plaintiff of the sealed case": make.party(sealed),
        "plaintiff elsewhere": make.party(foreign),
        "judge": make.judge_user(judge),
        "judge elsewhere": make.judge_user(other_judge),
        "clerk": make.staff(RoleCode.CLERK, here),
        "clerk elsewhere": make.staff(RoleCode.CLERK, there),
        "chair": make.staff(RoleCode.CHAIR, here),
        "archivist": make.staff(RoleCode.ARCHIVIST, here),
        "auditor": make.staff(RoleCode.AUDITOR, here),
        "administrator": make.staff(RoleCode.ADMINISTRATOR),
    }
    things: dict[type, list[Any]] = {Case: [open_case, sealed, foreign]}
    for number, case in enumerate(things[Case]):
        _furnish(session, make, things, case, users, number)
    # Only now: nothing of a sealed case is ever put before the public.
    sealed.sealed = True
    session.flush()
    actors = {name: actor_of(session, user, make.now()) for name, user in users.items()}
    return Town(users, {"anonymous": ANONYMOUS, "the machinery": SYSTEM, **actors}, things)


def _furnish(
    session: Session,
    make: Make,
    things: dict[type, list[Any]],
    case: Case,
    users: dict[str, User],
    number: int,
) -> None:
    """Give a case one thing of every kind, and its court a draft and a handed-in filing."""
    hearing = make.hearing(case, starts=make.now() + timedelta(days=number + 1))
    act_kind = make.act_kind()
    shelf = {"origin": DiscOrigin.FOLDER, "state": DiscState.READ, "size": 1}
    shelf |= {"court_id": case.court_id, "handed_in_at": make.now()}
    linked, waiting = Disc(**shelf, name="linked"), Disc(**shelf, name="waiting")
    handed_in = Disc(**shelf, name="handed in", hearing=hearing)
    nobodys = Disc(**shelf | {"court_id": None}, name="nobody knows whose")
    session.add_all([linked, waiting, handed_in, nobodys])
    session.flush()
    discs = [linked, waiting, handed_in, nobodys]
    session.add_all(
        DiscTitle(disc_id=disc.id, number=1, kind="hearing", seconds=3600) for disc in discs
    )
    recording = Recording(
        hearing=hearing,
        disc=linked,
        handed_in_at=make.now(),
    )
    facts = {"case": case, "kind": act_kind, "judge": case.judge, "language": "ky"}
    draft = Act(**facts, created_at=make.now())
    issued = Act(
        **facts,
        created_at=make.now(),
        state=ActState.ISSUED,
        issued_at=make.now(),
        code=f"code{number}",
        pdf_key=f"acts/{number}",
        pdf_sha256="0" * 64,
    )
    session.add_all([recording, draft, issued])
    owner = users["plaintiff" if number < 2 else "plaintiff elsewhere"]
    filings = [
        Filing(
            user_id=owner.id,
            court=case.court,
            kind=make.kind(),
            state=state,
            created_at=make.now(),
            first_filed_at=make.now(),
        )
        for state in (FilingState.DRAFT, FilingState.SUBMITTED)
    ]
    session.add_all(filings)
    session.flush()
    papers = [
        Document(
            case=belongs.get("case"),
            filing=belongs.get("filing"),
            title="paper",
            file_name="paper.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            object_key=f"papers/{number}/{place}",
            uploaded_by_id=owner.id,
            uploaded_at=make.now(),
        )
        for place, belongs in enumerate(
            ({"case": case}, {"filing": filings[0]}, {"filing": filings[1]})
        )
    ]
    publications = [
        Publication(
            act=act,
            state=state,
            parts={},
            spans=[],
            prepared_at=make.now(),
            published_at=None if state is PublicationState.PREPARED else make.now(),
        )
        for act, state in (
            (draft, PublicationState.PREPARED),
            (issued, PublicationState.PUBLISHED),
        )
    ]
    ground = session.get(RecusalGround, "doubt") or RecusalGround(
        code="doubt",
        drop="recusal",
        name_ky="шек",
        name_ru="сомнение",
        name_en="doubt",
        valid_from=make.now().date(),
    )
    recusal = Recusal(
        case=case,
        judge=case.judge,
        initiative=Initiative.PARTY,
        ground=ground,
        asked_at=make.now(),
        due=make.now().date(),
        ruled_by=(RuledBy.JUDGE, RuledBy.CHAIR, RuledBy.PANEL)[number],
    )
    remark = Remark(
        hearing=hearing, about=RemarkSubject.MINUTES, text="…", by_id=owner.id, at=make.now()
    )
    clerk, administrator = users["clerk"], users["administrator"]
    proposed = {"case": case, "court": case.court, "because": "…", "proposed_at": make.now()}
    proposed["expires_at"] = make.now() + timedelta(days=1)
    proposals = [
        ExceptionProposal(
            **proposed,
            kind=ExceptionKind.CORRECTION,
            judges=[],
            former=case.category,
            category=case.category,
            proposed_by_id=clerk.id,
        ),
        ExceptionProposal(
            **proposed,
            kind=ExceptionKind.MANUAL,
            ground=ManualGround.STATUTE,
            judges=[case.judge.code],
            order_key=f"orders/{number}",
            proposed_by_id=administrator.id,
        ),
    ]
    masking = Masking(
        recording=recording,
        stretches=[{"start_ms": 0, "end_ms": 1000, "sound": True, "picture": False}],
        because="…",
        proposed_by_id=clerk.id,
        proposed_at=make.now(),
    )
    erasure = Erasure(
        recording=recording,
        ground=ErasureGround.COURT_ORDER,
        because="…",
        prefixes=[],
        proposed_by_id=clerk.id,
        proposed_at=make.now(),
    )
    scan = Scan(court=case.court, uploaded_by_id=clerk.id, uploaded_at=make.now())
    part = ScanPart(scan=scan, ordinal=0, first_page=1, pages=1)
    # The copy is the plaintiff's, the owner of nothing else: his opponent knows nothing of it.
    first = session.scalars(
        select(Participant).where(Participant.case_id == case.id).order_by(Participant.id)
    ).first()
    copy = CertifiedCopy(
        case=case, act=issued, participant=first, asked_by_id=owner.id, asked_at=make.now()
    )
    session.add_all([scan, part, copy])
    notice = Notice(
        kind=NoticeKind.HEARING_SET,
        case=case,
        hearing=hearing,
        participant=first,
        address="",
        language="ky",
        created_at=make.now(),
    )
    writ = Writ(
        act=issued,
        claimant=first,
        number=f"writ {number}",
        in_force=make.now().date(),
        issued=IssuedPaper(
            code=f"writ{number}",
            kind=PaperKind.WRIT,
            subject=f"acts/writs/{number}",
            language="ky",
            court=case.court,
            case=case,
            object_key=f"issued/{number}",
            sha256="0" * 64,
            issued_at=make.now(),
        ),
        issued_at=make.now(),
    )
    sheets = [
        SigningSheet(
            kind=kind,
            paper_kind=PaperKind.ACT if kind is SheetKind.ACT else PaperKind.JOINT_PAPER,
            subject=f"{kind.value}/{number}",
            language="ky",
            case=case,
            code=f"{kind.value}{number}",
            folder="signing",
            object_key=f"signing/{kind.value}/{number}",
            sha256="0" * 64,
            size=1,
            opened_by_id=owner.id,
            opened_at=make.now(),
            seats=[
                SigningSeat(
                    number=place,
                    step=place,
                    role=role,
                    rule=session.scalars(
                        select(SigningRule).where(SigningRule.kind == kind)
                    ).first(),
                    user_id=who,
                    signatory="",
                    name="",
                    field=f"Signature{place}",
                )
                for place, (role, who) in enumerate(signers, 1)
            ],
        )
        for kind, signers in (
            (
                SheetKind.JOINT_PAPER,
                ((SeatRole.PARTY, first.user_id), (SeatRole.PRESIDING, case.judge.user_id)),
            ),
            (SheetKind.ACT, ((SeatRole.PRESIDING, case.judge.user_id),)),
        )
    ]
    session.add_all([notice, writ, *sheets])
    session.add_all([*papers, *publications, recusal, remark, *proposals, masking, erasure])
    session.flush()
    for kind, made in (
        (Hearing, [hearing]),
        (Recording, [recording]),
        (Disc, discs),
        (Act, [draft, issued]),
        (Filing, filings),
        (Document, papers),
        (Publication, publications),
        (Recusal, [recusal]),
        (Remark, [remark]),
        (ExceptionProposal, proposals),
        (Masking, [masking]),
        (Erasure, [erasure]),
        (Scan, [scan]),
        (ScanPart, [part]),
        (CertifiedCopy, [copy]),
        (Notice, [notice]),
        (Writ, [writ]),
        (SigningSheet, sheets),
    ):
        things.setdefault(kind, []).extend(made)
