"""A small court that keeps a log, and contributors whose secrets the tests know."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from assignment import chain, compose, contributor, ed25519, entries, note
from assignment.canon import canon, parse, sha
from assignment.docket import Rules
from assignment.replay import State
from assignment.tree import consistency, grown
from assignment.verify import Trust

BISHKEK = timezone(timedelta(hours=6))
ORIGIN = "log.example/draws"
LOG_SEED = sha(b"the log's private key")
ORDER = sha(b"an order")
COMMIT = sha(b"a salted case").hex()
COURTS = {
    "BSK-LEN": {"J-001": 1000, "J-002": 500, "J-003": 700},
    "OSH-CTY": {"J-101": 1000, "J-102": 1000, "J-103": 1000, "J-104": 250},
}


def member(name, *, judiciary=False, epochs=20):
    return contributor.Memory(
        id=name,
        institution=name,
        judiciary=judiciary,
        epochs=epochs,
        secret=sha(b"secret of " + name.encode()),
        seed=sha(b"key of " + name.encode()),
    )


def members():
    return [member("bar"), member("court", judiciary=True), member("ombudsman")]


@dataclass
class PublishedLog:
    """The log and its answers, as the house would give them over HTTP."""

    lines: list = field(default_factory=list)
    nodes: dict = field(default_factory=dict)
    state: State = field(default_factory=State)
    minute: int = 0
    refused: bool = False

    def at(self):
        self.minute += 1
        moment = datetime(2026, 11, 21, tzinfo=BISHKEK) + timedelta(minutes=self.minute)
        return moment.isoformat()

    def add(self, entry):
        line = canon(entry)
        for level, place, value in grown(len(self.lines), leaf(line), self.node):
            self.nodes[level, place] = value
        self.lines.append(line)
        self.state.apply(line)

    def node(self, level, place):
        return self.nodes[level, place]

    def checkpoint(self):
        text = compose.checkpoint(self.state).text()
        key = ed25519.public_key(LOG_SEED)
        signature = ed25519.sign(LOG_SEED, text.encode())
        return text + "\n" + note.signature_line(ORIGIN, key, signature)

    def entries(self, start, end):
        return self.lines[start : min(end, start + 7)]

    def proof(self, first, second):
        return consistency(first, second, self.node)

    def trust(self):
        return Trust(
            origin=ORIGIN,
            key=ed25519.public_key(LOG_SEED),
            contributors=self.state.founders,
            checkpoint=self.checkpoint(),
        )

    def answer(self, facts):
        entry = compose.reveal(self.at(), facts)
        if self.state.missing(facts["epoch"]) and not self.state.reveal_faults(entry):
            self.add(entry)

    def text(self):
        return b"".join(line + b"\n" for line in self.lines)


def places(log, kind):
    """The indexes of the entries of this type."""
    return [index for index, line in enumerate(log.lines) if parse(line)["type"] == kind]


def leaf(line):
    return sha(b"\x00" + line)


def begun(bodies, *, demonstration=False, courts=COURTS):
    log = PublishedLog()
    key = ed25519.public_key(LOG_SEED)
    publics = [body.public() for body in bodies]
    log.add(compose.genesis(log.at(), ORIGIN, key, publics, demonstration=demonstration))
    log.add(compose.weights(log.at(), "2026-1", {"C1": 500_000, "C2": 1_000_000, "C3": 2_500_000}))
    for court, judges in courts.items():
        for judge, share in judges.items():
            roster(log, court, judge, share, "2026-01-01")
    return log


def roster(log, court, judge, share, day, **facts):
    entry = compose.roster(
        log.state,
        log.at(),
        court=court,
        judge=judge,
        availability=share,
        day=day,
        order=sha(judge.encode()),
        **facts,
    )
    log.add(entry)
    return entry


def register(log, number, court="BSK-LEN", category="C2", group="all", **facts):
    commit = compose.commitment(sha(b"salt"), str(number), sha(b"file"))
    name = f"2026-{court}-{number:06}"
    log.add(
        compose.case(
            log.state,
            log.at(),
            group=group,
            name=name,
            home=court,
            category=category,
            commit=commit,
            **facts,
        )
    )
    return name


def freeze(log, group="all"):
    log.add(compose.freeze(log.state, log.at(), group))
    return log.state.frozen


def answers(log, memories, moment=1_795_000_000):
    """Let each contributor look at the log once."""
    return [contributor.attend(memory, log, lambda _: None, moment)[0] for memory in memories]


def draw(log, number):
    epoch = log.state.drawn(number)
    assert epoch is not None
    at = log.at()
    closing = compose.close(log.state, at, epoch)
    for entry in [*compose.results(at, epoch), closing]:
        log.add(entry)


def whole_log(epochs=2, cases=5):
    """A log of some epochs, with a change of the roster, an exclusion, and a case still waiting."""
    memories = members()
    log = begun(memories)
    number = 0
    for epoch in range(1, epochs + 1):
        for place in range(cases):
            number += 1
            register(log, number, sorted(COURTS)[place % 2], ["C1", "C2", "C3"][place % 3])
        freeze(log)
        roster(log, "BSK-LEN", "J-002", 0, "2026-11-21")
        memories = answers(log, memories)
        draw(log, epoch)
        excluded = f"2026-OSH-CTY-{number + 1:06}"
        number += 1
        log.add(compose.exclusion(log.at(), excluded, "J-103", "statutory", sha(b"ruling")))
        register(log, number, "OSH-CTY")
    return log


def eventful_log():
    """A log in which everything happens that may happen, in six epochs."""
    memories = members()
    more = {"OSH-CTY": COURTS["OSH-CTY"] | {"J-105": 800}, "SMALL": {"J-201": 1000, "J-202": 700}}
    log = begun(memories, courts=COURTS | more)
    log.add(
        compose.pool(log.state, log.at(), name="POOL", courts=["SMALL", "BSK-LEN"], order=ORDER)
    )
    log.add(compose.rules(log.state, log.at(), Rules(manual=True, version="2026-1")))
    first = register(log, 1, "OSH-CTY", seats=3)
    second = register(log, 2, "BSK-LEN")
    register(log, 3, "SMALL")  # from the pool: it has two judges of its own
    memories = drawn(log, memories)
    # The second epoch: a member of the panel leaves, a copy is linked, another link taken back.
    linked(log, 4, to=second)
    copy = linked(log, 5, to=second)
    log.add(compose.unlinked(log.at(), copy, ORDER))
    drop(log, first, 1, "recusal")
    register(log, 10, "OSH-CTY")
    log.add(
        compose.rules(log.state, log.at(), Rules(minimum=1, redraws=1, manual=True, version="b"))
    )
    memories = drawn(log, memories)
    log.add(compose.exclusion(log.at(), first, free_judge(log, first), "panel", ORDER))
    log.add(compose.redraw(log.state, log.at(), group="all", name=first, commit=COMMIT))
    by_hand(log, 6, "BSK-LEN", "J-003")
    correct(log, second, "C3")
    roster(log, "OSH-CTY", "J-102", 0, "2026-11-01")
    roster(log, "OSH-CTY", "J-103", 1000, "2026-11-22", cats=["C1", "C2"])
    memories = drawn(log, memories)
    # The third: the judge of the second case leaves twice, so that it goes to the pool.
    drop(log, second, 0, "left")
    log.add(compose.redraw(log.state, log.at(), group="all", name=second, commit=COMMIT))
    register(log, 7, "OSH-CTY/duty")
    memories = drawn(log, memories)
    drop(log, second, 0, "statutory")
    log.add(compose.redraw(log.state, log.at(), group="all", name=second, commit=COMMIT))
    register(log, 8, "OSH-CTY", "C1", "urgent")
    memories = drawn(log, memories, "urgent")
    log.add(compose.incident(log.at(), 5, "paper-intake"))
    drawn(log, memories)
    register(log, 9, "OSH-CTY")
    return log


def free_judge(log, name):
    """A judge who could still be drawn for a case."""
    record = log.state.records[name]
    return log.state.candidates(record.home, name, "2026-11-21", record.cat)[0][0]


def drawn(log, memories, group="all"):
    number = freeze(log, group)
    memories = answers(log, memories)
    draw(log, number)
    return memories


def linked(log, number, to):
    name = f"2026-L-{number:06}"
    record = log.state.records[to]
    log.add(
        compose.linked(
            log.state,
            log.at(),
            name=name,
            ledger=record.home,
            category=record.cat,
            commit=COMMIT,
            to=to,
            seats=len(record.seats),
            ground="refiled",
            document=ORDER,
        )
    )
    return name


def by_hand(log, number, court, *judges):
    name = f"2026-M-{number:06}"
    log.add(
        compose.manual(
            log.state,
            log.at(),
            name=name,
            ledger=court,
            category="C1",
            commit=COMMIT,
            judges=judges,
            ground="statute",
            document=ORDER,
            approvers=["U-2", "U-1"],
        )
    )
    return name


def drop(log, name, seat, ground):
    entry = compose.dropout(
        log.state, log.at(), name=name, seat=seat, ground=ground, document=ORDER
    )
    log.add(entry)
    return entry


def correct(log, name, category):
    log.add(
        compose.correction(
            log.at(), name=name, category=category, document=ORDER, approvers=["U-2", "U-1"]
        )
    )


def national_log(cases, courts=64, a_day=1000):
    """A log of the country's shape: 64 courts of seven judges, four epochs a day."""
    memories = [member(body.id, judiciary=body.judiciary, epochs=cases) for body in members()]
    bench = {
        f"C{court:02}": {f"C{court:02}-{n}": 1000 for n in range(7)} for court in range(courts)
    }
    log = begun(memories, courts=bench)
    for number in range(cases):
        register(log, number, f"C{number % courts:02}", ["C1", "C2", "C3"][number % 3])
        if number % (a_day // 4) == a_day // 4 - 1:
            epoch = log.state.epochs[freeze(log)]
            for memory in memories:
                log.add(compose.reveal(log.at(), answer_of(memory, epoch)))
            draw(log, epoch.number)
    return log


def answer_of(memory, epoch, moment=1_795_000_000):
    """What a contributor says of an epoch, without a look at the log."""
    value = chain.value_at(memory.secret, memory.id, memory.epochs, epoch.number)
    text = note.Checkpoint(origin=ORIGIN, size=epoch.size, root=epoch.root).text()
    message = entries.reveal_message(ORIGIN, epoch.number, epoch.size, epoch.root, value)
    return {
        "epoch": epoch.number,
        "contributor": memory.id,
        "value": value.hex(),
        "size": epoch.size,
        "root": epoch.root.hex(),
        "signature": ed25519.sign(memory.seed, message).hex(),
        "time": moment,
        "cosignature": ed25519.sign(memory.seed, note.cosigned_message(moment, text)).hex(),
    }


def trust_text(log):
    return json.dumps(log.trust().plain())
