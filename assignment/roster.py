"""Who may be drawn: rosters of courts and pools of courts, as the log gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from assignment.ledger import Candidates


@dataclass(frozen=True, slots=True)
class Post:
    """A judge's share, in thousandths of a full post, and the classes of cases he tries."""

    availability: int
    cats: tuple[str, ...] | None = None

    def tries(self, cat: str) -> bool:
        """Whether cases of this class are his; a post that names none has all."""
        return self.cats is None or cat in self.cats


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a judge's post: from which day, at which entry, from which epoch on."""

    day: str
    index: int
    epoch: int
    post: Post


@dataclass(frozen=True, slots=True)
class Choice:
    """From whom a request must be drawn: whose ledger, which pool, and who is eligible there."""

    ledger: str
    pool: str
    candidates: Candidates


@dataclass(slots=True)
class Rosters:
    """The posts of all judges, with everything that was ever logged about them."""

    changes: dict[str, dict[str, list[Change]]] = field(default_factory=dict)
    pools: dict[str, list[tuple[int, tuple[str, ...]]]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)  # courts that have logged a case
    _read: dict[str, tuple[tuple[str, int], dict[str, Post]]] = field(default_factory=dict)
    _listed: dict[tuple[str, str], tuple[tuple[str, int], Candidates]] = field(default_factory=dict)

    def copied(self) -> Rosters:
        """Return rosters that go their own way from here."""
        changes = {
            court: {judge: list(known) for judge, known in judges.items()}
            for court, judges in self.changes.items()
        }
        pools = {name: list(known) for name, known in self.pools.items()}
        return Rosters(changes, pools, set(self.begun))

    def change(self, court: str, judge: str, change: Change) -> None:
        """Take a change of the roster."""
        self.changes.setdefault(court, {}).setdefault(judge, []).append(change)
        self._forget()

    def pool(self, pool: str, epoch: int, courts: tuple[str, ...]) -> None:
        """Take the courts of an inter-court pool, from an epoch on."""
        self.pools.setdefault(pool, []).append((epoch, courts))
        self._forget()

    def courts_of(self, pool: str, epoch: int) -> tuple[str, ...]:
        """Return the courts of a pool; none, when it is not a pool."""
        valid = [courts for since, courts in self.pools.get(pool, ()) if since <= epoch]
        return valid[-1] if valid else ()

    def pool_of(self, court: str, epoch: int) -> str | None:
        """Return the inter-court pool that a court belongs to."""
        base = base_of(court)
        return next((p for p in sorted(self.pools) if base in self.courts_of(p, epoch)), None)

    def begin(self, home: str, ledger: str, epoch: int) -> None:
        """Note that a case was logged: from now on, the rosters it drew from change by epochs."""
        self.begun |= {base_of(home), ledger, *self.courts_of(ledger, epoch)}

    def starts(self, court: str, intake: int) -> int:
        """Return the first epoch in which a change that is logged now may count."""
        return intake + 1 if court in self.begun else intake

    def posts(self, ledger: str, day: str, epoch: int) -> dict[str, Post]:
        """Return the post of each judge, by id, for a case that is logged on this day."""
        known = self._read.get(ledger)
        if known is None or known[0] != (day, epoch):
            courts = self.courts_of(ledger, epoch) or (base_of(ledger),)
            found: dict[str, Post] = {}
            for court in reversed(courts):  # who has a share at two of them counts with the first
                for judge, changes in self.changes.get(court, {}).items():
                    post = _valid(changes, day, epoch)
                    if post is not None and (post.availability or judge not in found):
                        found[judge] = post
            known = self._read[ledger] = ((day, epoch), dict(sorted(found.items())))
        return known[1]

    def candidates(
        self, ledger: str, day: str, epoch: int, cat: str, without: frozenset[str] = frozenset()
    ) -> Candidates:
        """Return who may be drawn, sorted by id: has a share, tries such cases, is not excluded."""
        known = self._listed.get((ledger, cat))
        if known is None or known[0] != (day, epoch):
            listed = tuple(
                (judge, post.availability)
                for judge, post in self.posts(ledger, day, epoch).items()
                if post.availability and post.tries(cat)
            )
            known = self._listed[ledger, cat] = ((day, epoch), listed)
        if not without:
            return known[1]
        return tuple(pair for pair in known[1] if pair[0] not in without)

    def absent_beyond(self, judge: str, day: str, days: int) -> bool:
        """Whether a judge is logged absent everywhere, from this day on for more than so long."""
        last = min(date.fromisoformat(day).toordinal() + days, date.max.toordinal())
        until = date.fromordinal(last).isoformat()
        found = [
            _valid(changes, moment, None)
            for judges in self.changes.values()
            for changes in [judges.get(judge, [])]
            for moment in {day, *(c.day for c in changes if day < c.day <= until)}
        ]
        posts = [post for post in found if post is not None]
        return bool(posts) and all(post.availability == 0 for post in posts)

    def _forget(self) -> None:
        self._read.clear()
        self._listed.clear()


def base_of(ledger: str) -> str:
    """Return the court whose judges a ledger counts: ``X/duty`` is a ledger of court ``X``."""
    return ledger.partition("/")[0]


def is_rota(ledger: str) -> bool:
    """Whether this is the ledger of a rota, such as that of the duty judge, and not of cases."""
    return "/" in ledger


def _valid(changes: list[Change], day: str, epoch: int | None) -> Post | None:
    valid = [c for c in changes if c.day <= day and (epoch is None or c.epoch <= epoch)]
    return max(valid, key=lambda c: (c.day, c.index)).post if valid else None
