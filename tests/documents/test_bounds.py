"""What runs in bounds stays in bounds: code that is already hostile tries to get out."""

import platform
from pathlib import Path

import pytest

from documents.intake.bounds import Bounds, Broken, End, Guard, bounded, guards, measured
from tests.documents import attacks

HERE = Path(__file__).parents[1]
TASK = attacks.__name__
BRIEF = Bounds(memory=256 << 20, seconds=1, patience=5)
HOLDS = guards()

KEPT_BY = {
    "open a connection": Guard.CALLS,
    "talk to a neighbour": Guard.CALLS,
    "a pair of sockets": Guard.CALLS,
    "sockets by io_uring": Guard.CALLS,
    "fork": Guard.CALLS,
    "start a program": Guard.CALLS,
    "become a program": Guard.CALLS,
    "keep memory in a nameless file": Guard.CALLS,
    "signal the parent": Guard.CALLS,
    "signal a thread of the parent": Guard.CALLS,
    "bound the parent": Guard.CALLS,
    "look into the parent": Guard.CALLS,
    "read a stranger's file": Guard.FILES,
    "read the accounts": Guard.FILES,
    "list a directory": Guard.FILES,
    "read the parent's environment": Guard.FILES,
    "write a file": Guard.LIMITS,
    "raise its own bounds": Guard.LIMITS,
}


def attack(name: str, bounds: Bounds = BRIEF, **more) -> dict[str, str]:
    workroom = more.pop("workroom", None)
    return bounded(TASK, {"attack": name, **more}, bounds, reads=(HERE,), workroom=workroom)


@pytest.mark.parametrize("name", KEPT_BY)
def test_nothing_gets_out(name: str, tmp_path: Path) -> None:
    if KEPT_BY[name] not in HOLDS:
        pytest.skip(f"this kernel has no guard over {KEPT_BY[name]}: health says so too")
    secret = tmp_path / "secret.txt"
    secret.write_text("a stranger's paper", encoding="utf-8")
    assert set(attack(name, path=str(secret))) == {"refused"}
    assert secret.read_text(encoding="utf-8") == "a stranger's paper"


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("fill memory", End.MEMORY),
        ("compute for ever", End.TIME),
        ("wait for ever", End.TIME),
        ("crash", End.CRASH),
        ("shout", End.ANSWER),
        ("answer past the answer", End.ANSWER),
        ("fall", End.FAILED),
    ],
)
def test_it_is_told_how_a_task_ended(name: str, end: End) -> None:
    with pytest.raises(Broken) as broken:
        attack(name)
    assert broken.value.end is end
    assert broken.value.usage.memory > 1 << 20


def test_what_a_parser_needs_is_left_to_it(tmp_path: Path) -> None:
    assert attack("print") == {"came": "quiet"}
    assert attack("divide its work") == {"came": "threads run"}
    given = tmp_path / "given.txt"
    given.write_text("a paper", encoding="utf-8")
    arguments = {"attack": "read a stranger's file", "path": str(given)}
    assert bounded(TASK, arguments, BRIEF, reads=(HERE, given)) == {"came": "a paper"}


def test_it_writes_in_its_workroom_and_no_more_than_it_may(tmp_path: Path) -> None:
    bounds = Bounds(memory=BRIEF.memory, seconds=1, written=1)
    inside, outside = tmp_path / "room", tmp_path / "other"
    inside.mkdir()
    answer = attack("write a file", bounds, path=str(inside / "a"), workroom=inside)
    assert answer == {"came": "1"}
    if Guard.FILES in HOLDS:
        answer = attack("write a file", bounds, path=str(outside), workroom=inside)
        assert answer == {"refused": "PermissionError"}
    assert list(tmp_path.rglob("*")) == [inside, inside / "a"]


def test_programs_start_only_where_they_may_and_stay_in_bounds() -> None:
    programs = Bounds(memory=BRIEF.memory, seconds=1, programs=True)
    assert "came" in attack("start a program", programs)
    assert set(attack("open a connection", programs)) == {"refused"}
    assert set(attack("signal the parent", programs)) == {"refused"}


def test_nothing_is_left_running() -> None:
    with pytest.raises(Broken):
        attack("wait for ever", Bounds(memory=BRIEF.memory, seconds=1, patience=1))
    # The run of the tests itself has other children: servers.
    children = [
        int(number)
        for told in Path("/proc/self/task").glob("*/children")
        for number in told.read_text().split()
    ]
    assert not any(b"cell.py" in Path(f"/proc/{one}/cmdline").read_bytes() for one in children)


def test_it_is_told_what_a_task_took() -> None:
    _, usage = measured(TASK, {"attack": "print"}, BRIEF, reads=(HERE,))
    assert 0 < usage.seconds < 5
    assert usage.memory > 1 << 20  # never less than that of the process that started it


def test_this_machine_closes_every_door() -> None:
    """Where a guard is missing this names it: health does the same for a court's machines."""
    if platform.machine() not in {"x86_64", "aarch64"}:
        pytest.skip("the filter of calls is written for x86-64 and aarch64")
    assert {Guard.LIMITS, Guard.CALLS} <= HOLDS
