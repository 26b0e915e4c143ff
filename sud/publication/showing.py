"""Showing: what a version says of how a file shows a ground by itself: words, articles, ages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud.access import Actor
from sud.errors import CourtError, Refusal
from sud.models import Confidence, Ground, PolicyArticle, PublicationPolicy
from sud.publication.drafting import hold_draft, record_change
from sud.publication.signs import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Minors:
    """In which roles, of which kinds of case, somebody younger than so many years is a minor."""

    years: int
    roles: tuple[str, ...]
    kinds: tuple[str, ...]


def write_article(
    session: Session,
    actor: Actor,
    policy: PublicationPolicy,
    article: Article,
    *,
    instead_of: int | None = None,
    now: datetime,
) -> None:
    """Add a row of articles to a draft, or put it in the place of another (its number)."""
    hold_draft(session, policy)
    if instead_of is None:
        write_articles(session, policy, [article])
    else:
        row = _row_of(session, policy, instead_of)
        for name, value in _columns(article).items():
            setattr(row, name, value)
    record_change(
        session,
        actor,
        policy,
        "article",
        now=now,
        ground=article.ground.value,
        numbers=list(article.numbers),
        instead_of=instead_of,
    )


def drop_article(
    session: Session, actor: Actor, policy: PublicationPolicy, number: int, *, now: datetime
) -> None:
    """Take a row of articles (its number) out of a draft."""
    hold_draft(session, policy)
    row = _row_of(session, policy, number)
    told = {"ground": row.ground.value, "numbers": list(row.numbers)}
    session.delete(row)
    record_change(session, actor, policy, "article_dropped", now=now, **told)


def set_words(
    session: Session,
    actor: Actor,
    policy: PublicationPolicy,
    ground: Ground,
    words: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Say in a draft by which beginnings of words an act shows a ground; none: by no words."""
    hold_draft(session, policy)
    others = {name: kept for name, kept in policy.signs.items() if name != ground.value}
    small = list(dict.fromkeys(word.lower() for word in words))
    policy.signs = {**others, ground.value: small} if small else others
    record_change(session, actor, policy, "words", now=now, ground=ground.value, words=len(small))


def set_minors(
    session: Session, actor: Actor, policy: PublicationPolicy, minors: Minors, *, now: datetime
) -> None:
    """Say in a draft who is a minor, in which roles and kinds of case."""
    hold_draft(session, policy)
    policy.minors = asdict(minors) | {"roles": list(minors.roles), "kinds": list(minors.kinds)}
    record_change(session, actor, policy, "minors", now=now, years=minors.years)


# ------------------------------------------------------------------ queries


def articles_of(session: Session, policy: PublicationPolicy) -> dict[int, Article]:
    """Return the rows of articles of a version by their numbers, the latest law first."""
    rows = session.scalars(
        select(PolicyArticle)
        .where(PolicyArticle.policy_id == policy.id)
        .order_by(PolicyArticle.valid_from.desc(), PolicyArticle.id)
    )
    return {
        row.id: Article(
            ground=row.ground,
            names=tuple(row.names),
            numbers=tuple(row.numbers),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source_ky=row.source_ky,
            source_ru=row.source_ru,
            source_en=row.source_en,
            confidence=row.confidence,
        )
        for row in rows
    }


def minors_of(policy: PublicationPolicy) -> Minors:
    """Return who is a minor by a version."""
    said = policy.minors
    return Minors(
        years=said.get("years", 0),
        roles=tuple(said.get("roles", ())),
        kinds=tuple(said.get("kinds", ())),
    )


def articles_held(
    session: Session, policy: PublicationPolicy, since: date, until: date
) -> list[Article]:
    """Return the rows of a version that held on any of these days."""
    return [one for one in articles_of(session, policy).values() if one.held_between(since, until)]


def articles_compared(
    before: Iterable[Article], after: Iterable[Article]
) -> list[tuple[Article | None, Article | None]]:
    """Return where two versions differ: the row of the older and of the newer, or None.

    A row that says of the same code and ground the same days has changed; others came or went.
    """
    old, new = set(before), set(after)
    gone = {_same(one): one for one in sorted(old - new, key=_order)}
    came = sorted(new - old, key=_order)
    pairs = [(gone.pop(_same(one), None), one) for one in came]
    return [*pairs, *((one, None) for one in gone.values())]


def words_compared(
    before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]
) -> list[tuple[Ground, Sequence[str], Sequence[str]]]:
    """Return the grounds whose words differ: those that the newer version took out and added."""
    return [
        (
            Ground(ground),
            [word for word in before.get(ground, ()) if word not in after.get(ground, ())],
            [word for word in after.get(ground, ()) if word not in before.get(ground, ())],
        )
        for ground in dict.fromkeys((*after, *before))
        if set(before.get(ground, ())) != set(after.get(ground, ()))
    ]


# ------------------------------------------------------------------ how it is kept


def write_articles(
    session: Session, policy: PublicationPolicy, articles: Iterable[Article]
) -> None:
    session.add_all(PolicyArticle(policy_id=policy.id, **_columns(one)) for one in articles)
    session.flush()


def article_of_facts(facts: Mapping[str, Any]) -> Article:
    """Read a row of articles from plain data, as the file of the first version has it."""
    return Article(
        **{
            **facts,
            "ground": Ground(facts["ground"]),
            "names": tuple(facts["names"]),
            "numbers": tuple(facts["numbers"]),
            "confidence": Confidence(facts["confidence"]),
        }
    )


def _columns(article: Article) -> dict[str, Any]:
    return asdict(article) | {"names": list(article.names), "numbers": list(article.numbers)}


def _row_of(session: Session, policy: PublicationPolicy, number: int) -> PolicyArticle:
    row = session.get(PolicyArticle, number)
    if row is None or row.policy_id != policy.id:
        raise CourtError(Refusal.STALE)
    return row


def _same(article: Article) -> tuple[object, ...]:
    return article.ground, article.valid_from, article.names[:1]


def _order(article: Article) -> tuple[object, ...]:
    return -article.valid_from.toordinal(), article.names, article.numbers
