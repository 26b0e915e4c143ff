"""Who acts: the roles of a person today, the judge he is, the cases he is a party to."""

from dataclasses import dataclass

from sud.models import RoleCode


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role, at one court or (None) everywhere."""

    code: RoleCode
    court_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever acts: his roles of today, the judge he is, the cases he sits in or is a party to.

    `sits_in` names the cases in whose panel he is a member; who reports is the case's own judge.
    """

    user_id: int | None = None
    name: str = ""
    language: str = "ky"
    roles: frozenset[HeldRole] = frozenset()
    judge_ids: frozenset[int] = frozenset()
    sits_in: frozenset[int] = frozenset()
    party_to: frozenset[int] = frozenset()
    system: bool = False

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    def has(self, *codes: RoleCode) -> bool:
        return any(role.code in codes for role in self.roles)

    def courts_as(self, *codes: RoleCode) -> frozenset[int]:
        return frozenset(
            role.court_id for role in self.roles if role.code in codes and role.court_id is not None
        )

    @property
    def staff(self) -> bool:
        return bool(self.roles)


ANONYMOUS = Actor()
SYSTEM = Actor(system=True)
