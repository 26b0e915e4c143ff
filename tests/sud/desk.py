"""The desk of publication: a case with two parties, its acts, and clerks who read them."""

import re
import uuid
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from sud.access import Actor
from sud.accounts.service import actor_of
from sud.models import Act, ActOutcome, ActState, Case, Publication, RoleCode, User
from sud.outside import Outside
from sud.publication import places, policies, service
from tests.builders import Make

PLAINTIFF = {
    "surname": "Жумабеков",
    "given_name": "Эркебулан",
    "patronymic": "Таштанович",
    "pin": "21503189912345",
    "phone": "+996 700 123456",
    "address": "Талас ш., Токтоналиев көч., 12-үй",
    "other_spellings": ["Jumabekov Erkebulan"],
}
RESPONDENT = {"surname": "Сыдык уулу", "given_name": "Нурбек", "patronymic": "", "pin": None}
PARTS = {
    "introductory": "Талас шаардык соту Жумабеков Эркебулан Таштановичтин Сыдык уулу Нурбекке"
    " койгон доосун карап,",
    "descriptive": "Доогер ЖУМАБЕКОВ Э.Т. (ПИН 21503189912345) Токтоналиев көчөсүнүн 12-үйүндө"
    " жашайт, тел. 0700 123456.\nНурбектин айтымында, алимент төлөнгөн эмес.",
    "reasoning": "Сот далилдерди баалап, доону негиздүү деп эсептейт. Нарын облусу.",
    "operative": "Сыдык уулу Нурбектен Э. Т. Жумабековго алимент өндүрүлсүн.",
}
NAMES = ("Жумабек", "ЖУМАБЕК", "Эркебулан", "Сыдык", "Нурбек", "21503189912345", "Токтоналиев")
DOUBTFUL = "Прокурор К. Жусупов катышты."
"""Somebody in office, it seems: a person has to say so."""


def without_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lot fall on no text: a test that does not ask for it is not to meet it by chance."""
    monkeypatch.setitem(policies.initial_facts(), "second_share", 0)


@dataclass
class Desk:
    """A court's desk; each clerk is made when he is asked for, and stays the same."""

    session: Session
    make: Make
    outside: Outside
    clerks: dict[str, User] = field(default_factory=dict)

    def case(self, **facts: object) -> Case:
        judge = self.make.judge(full_name="Асанова Бегимай Эсеновна")
        case = self.make.case(judge=judge, **facts)
        self.make.party(case, "plaintiff", **PLAINTIFF)
        self.make.party(case, "respondent", **RESPONDENT)
        return case

    def act(self, case: Case | None = None, **facts: object) -> Act:
        case = case or self.case()
        code = uuid.uuid4().hex[:12]
        act = Act(
            **{
                "case": case,
                "kind": self.make.act_kind(),
                "judge": case.judge,
                "language": "ky",
                "outcome": ActOutcome.SATISFIED,
                "state": ActState.ISSUED,
                "created_at": self.make.now(),
                "issued_at": self.make.now(),
                "code": code,
                "pdf_key": f"acts/{code}",
                "pdf_sha256": "0" * 64,
            }
            | PARTS
            | facts
        )
        self.session.add(act)
        self.session.flush()
        return act

    def user(self, name: str = "first") -> User:
        if name not in self.clerks:
            self.clerks[name] = self.make.staff(RoleCode.CLERK)
        return self.clerks[name]

    def clerk(self, name: str = "first") -> Actor:
        return actor_of(self.session, self.user(name), self.make.now())

    def prepared(self, act: Act | None = None, **facts: object) -> Publication:
        act = act or self.act(**facts)
        return service.prepare(self.session, self.clerk(), act, now=self.make.now())

    def accept(self, publication: Publication, who: str = "first") -> None:
        """Have a clerk take every open doubt as the machine proposes it."""
        ids = frozenset(place.id for place in places.open_doubts(publication))
        if ids:
            self.answer(publication, ids, places.Verb.ACCEPT, who)

    def answer(
        self, publication: Publication, ids: frozenset[int], verb: places.Verb, who: str = "first"
    ) -> None:
        service.decide(
            self.session,
            self.clerk(who),
            publication,
            ids,
            places.Answer(verb=verb),
            now=self.make.now(),
        )

    def finish(self, publication: Publication, who: str = "first") -> None:
        service.finish(
            self.session, self.clerk(who), publication, outside=self.outside, now=self.make.now()
        )

    def published(self, publication: Publication | None = None) -> Publication:
        """Have it read, by a second person too if need be, and put before the public."""
        publication = publication or self.prepared()
        for who in ("first", "second"):
            if publication.published_at is None or publication.state != "published":
                self.accept(publication, who)
                self.finish(publication, who)
        return publication


def hidden(page: object) -> dict[str, str]:
    """Return what a page's form carries unseen, with a token of its own."""
    seen = re.findall(r'name="seen" value="(\d+)"', page.text)  # type: ignore[attr-defined]
    return {"seen": seen[0] if seen else "", "once": str(uuid.uuid4())}


def post(clerk: FlaskClient, publication: Publication, path: str = "", **said: str):
    """Press a button of the review page."""
    address = f"/publications/{publication.key}"
    return clerk.post(address + path, data=hidden(clerk.get(address)) | said)
