"""A small court that keeps a log, and contributors whose secrets the tests know."""

import json
from dataclasses import dataclass, field

from assignment import compose, contributor, ed25519, note
from assignment.canon import canon, sha
from assignment.replay import State
from assignment.tree import consistency, grown
from assignment.verify import Trust

ORIGIN = "log.example/draws"
LOG_SEED = sha(b"the log's private key")
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
        return f"2026-11-21T{self.minute // 60:02}:{self.minute % 60:02}:00+06:00"

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
            contributors=tuple(self.state.contributors.values()),
            checkpoint=self.checkpoint(),
        )

    def answer(self, facts):
        entry = compose.reveal(self.at(), facts)
        if self.state.missing(facts["epoch"]) and not self.state.reveal_faults(entry):
            self.add(entry)

    def text(self):
        return b"".join(line + b"\n" for line in self.lines)


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


def roster(log, court, judge, share, day):
    entry = compose.roster(
        log.state,
        log.at(),
        court=court,
        judge=judge,
        availability=share,
        day=day,
        order=sha(judge.encode()),
    )
    log.add(entry)
    return entry


def register(log, number, court="BSK-LEN", category="C2", group="all"):
    commit = compose.commitment(sha(b"salt"), str(number), sha(b"file"))
    name = f"2026-{court}-{number:06}"
    log.add(
        compose.case(
            log.state,
            log.at(),
            group=group,
            name=name,
            court=court,
            category=category,
            commit=commit,
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


def trust_text(log):
    return json.dumps(log.trust().plain())
