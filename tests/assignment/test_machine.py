"""Any court's life, put together at random: the log is true, and no tampering with it goes unseen.

Each step is one that a house may take, in any order. After each, nothing is found, nothing is lost
from the ledgers, and a copy that reads the same entries comes to the same state.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from assignment import compose, docket
from assignment.canon import canon, parse
from assignment.compose import TooFewError
from assignment.docket import Rules
from assignment.replay import replay
from assignment.verify import verify
from tests.assignment.court import (
    COMMIT,
    ORDER,
    answer_of,
    begun,
    by_hand,
    correct,
    draw,
    drop,
    freeze,
    linked,
    member,
    register,
    roster,
)
from tests.assignment.test_log_changes import changed, facts

COURTS = {
    "A": {"J-1": 1000, "J-2": 500, "J-3": 1},
    "B": {"J-4": 1000, "J-5": 1000, "J-6": 700, "J-7": 300, "J-1": 250},
}
JUDGES = sorted({judge for court in COURTS.values() for judge in court})
HOMES = ["A", "B", "A/duty"]
CATS = ["C1", "C2", "C3"]


class Court(RuleBasedStateMachine):
    """A court that does whatever the rules allow."""

    @initialize(manual=st.booleans(), minimum=st.integers(1, 4), redraws=st.integers(0, 2))
    def begin(self, manual, minimum, redraws):
        self.bodies = [member("bar", epochs=60), member("court", judiciary=True, epochs=60)]
        self.log = begun(self.bodies, courts=COURTS)
        self.log.add(
            compose.rules(
                self.log.state,
                self.log.at(),
                Rules(minimum=minimum, redraws=redraws, manual=manual, version="1"),
            )
        )
        self.log.add(
            compose.pool(self.log.state, self.log.at(), name="P", courts=COURTS, order=ORDER)
        )
        self.number = 0
        self.copy = self.log.state.copied()
        self.left = {}  # who has left, or was excluded, by request

    def those(self, wanted):
        return sorted(name for name, record in self.log.state.records.items() if wanted(record))

    def pick(self, data, wanted):
        found = self.those(wanted)
        return data.draw(st.sampled_from(found)) if found else None

    def fresh(self):
        self.number += 1
        return self.number

    @rule(
        home=st.sampled_from(HOMES),
        cat=st.sampled_from(CATS),
        seats=st.sampled_from([1, 1, 3]),
        urgent=st.booleans(),
        excluded=st.lists(st.sampled_from(JUDGES), max_size=2, unique=True),
    )
    def case(self, home, cat, seats, urgent, excluded):
        number, log = self.fresh(), self.log
        name = f"2026-{home}-{number:06}"
        for judge in excluded:
            log.add(compose.exclusion(log.at(), name, judge, "statutory", ORDER))
        group = "urgent" if urgent else "all"
        try:
            register(log, number, home, cat, group, seats=seats, order=ORDER.hex())
        except TooFewError:
            free = self.log.state.candidates(home, name, self.day(), cat)
            assert len(free) < seats  # an order helps against all else
            return
        assert not {judge for judge, _ in self.last()["request"]["candidates"]} & set(excluded)
        self.left[name] = set(excluded)

    def last(self):
        return parse(self.log.lines[-1])

    @rule(urgent=st.booleans(), data=st.data())
    def freeze_and_draw(self, urgent, data):
        group = "urgent" if urgent else "all"
        if self.log.state.pending.get(group):
            freeze(self.log, group)
        if data.draw(st.booleans()):
            self.answer_and_draw()

    @precondition(lambda self: self.log.state.epochs)
    @rule()
    def answer_and_draw(self):
        log = self.log
        last = log.state.epochs[log.state.frozen] if log.state.epochs else None
        for body in self.bodies if last else ():
            if not log.state.knows(body.id, last.number):
                # The values of earlier epochs, if they are missing, follow from this one.
                log.add(compose.reveal(log.at(), answer_of(body, last)))
        for number in sorted(log.state.epochs):
            draw(log, number)

    @rule(data=st.data())
    def link(self, data):
        held = self.pick(data, lambda record: record.judges and None not in record.seats)
        if held is None:
            return
        record = self.log.state.records[held]
        if len(self.log.state.candidates(record.home, "?", self.day(), record.cat)) < len(
            record.seats
        ):
            return
        draws = len(self.log.state.pending)
        name = linked(self.log, self.fresh(), to=held)
        assert self.log.state.records[name].judges == record.judges
        assert len(self.log.state.pending) == draws

    def day(self):
        return self.log.state.at[:10]

    @rule(data=st.data())
    def unlink(self, data):
        name = self.pick(data, lambda record: record.retractable(self.log.state.intake))
        if name is not None:
            self.log.add(compose.unlinked(self.log.at(), name, ORDER))

    @rule(home=st.sampled_from(["A", "B"]), data=st.data())
    def give_by_hand(self, home, data):
        if self.log.state.rules.manual:
            judges = [judge for judge, _ in self.log.state.candidates(home, "?", self.day(), "C1")]
            if judges:
                by_hand(self.log, self.fresh(), home, data.draw(st.sampled_from(judges)))

    @rule(
        data=st.data(), ground=st.sampled_from(["recusal", "left", "statutory"]), now=st.booleans()
    )
    def leave(self, data, ground, now):
        name = self.pick(data, lambda record: record.judges and record.kind != docket.PENDING)
        if name is None:
            return
        seats = self.log.state.records[name].seats
        places = [number for number, held in enumerate(seats) if held is not None]
        entry = drop(self.log, name, data.draw(st.sampled_from(places)), ground)
        self.left.setdefault(name, set()).add(entry["judge"])
        if now:
            self.draw_again(data, name)

    @rule(data=st.data())
    def draw_again(self, data, name=None):
        name = name or self.pick(data, lambda record: record.open and record.kind != docket.PENDING)
        if name is None:
            return
        try:
            entry = compose.redraw(
                self.log.state, self.log.at(), group="all", name=name, commit=COMMIT,
                order=ORDER.hex(),
            )  # fmt: skip
        except TooFewError:
            return
        self.log.add(entry)
        attempt, redraws = entry["request"]["attempt"], self.log.state.rules.redraws
        assert attempt <= redraws or entry["pool"] != "own"

    @rule(data=st.data(), cat=st.sampled_from(CATS))
    def put_right(self, data, cat):
        name = self.pick(data, lambda record: record.holders(1) and record.kind != docket.PENDING)
        if name is not None:
            correct(self.log, name, cat)

    @rule(
        court=st.sampled_from(sorted(COURTS)),
        judge=st.sampled_from(JUDGES),
        share=st.sampled_from([0, 1, 500, 1000]),
        day=st.sampled_from(["2026-11-01", "2026-11-21", "2026-12-01"]),
        cats=st.sampled_from([None, None, ["C1"], ["C1", "C3"]]),
    )
    def change_the_roster(self, court, judge, share, day, cats):
        roster(self.log, court, judge, share, day, cats=cats)

    @rule(minimum=st.integers(1, 4), redraws=st.integers(0, 2), manual=st.booleans())
    def change_the_rules(self, minimum, redraws, manual):
        wanted = Rules(minimum=minimum, redraws=redraws, manual=manual, version="2")
        self.log.add(compose.rules(self.log.state, self.log.at(), wanted))

    @rule(courts=st.sampled_from([["A"], ["B"], ["A", "B"]]))
    def change_the_pool(self, courts):
        self.log.add(
            compose.pool(self.log.state, self.log.at(), name="P", courts=courts, order=ORDER)
        )

    @rule(weight=st.integers(1, 20_000_000))
    def change_the_weights(self, weight):
        table = {**self.log.state.weights, "C1": weight}
        self.log.add(compose.weights(self.log.at(), "2", table))

    @rule()
    def something_happened(self):
        self.log.add(compose.incident(self.log.at(), self.log.state.frozen, "power-cut"))

    @rule(data=st.data())
    def tamper(self, data):
        index = data.draw(st.integers(0, len(self.log.lines) - 1))
        entry = parse(self.log.lines[index])
        other = data.draw(st.sampled_from(list(changed(entry))))
        lines = [*self.log.lines[:index], canon(other), *self.log.lines[index + 1 :]]
        found = verify(lines, self.log.trust()).findings
        assert found
        assert found[0].index >= index

    @invariant()
    def nothing_is_found(self):
        assert self.log.state.findings == []

    @invariant()
    def nothing_is_lost(self):
        state = self.log.state
        names = set(state.ledgers) | {n for moved in state.queued.values() for n, _ in moved}
        kept = sum(
            weight - left
            for record in state.records.values()
            for weight, left in record.open.values()
        )
        assert sum(sum(state.standing(name).values()) for name in names) == -kept

    @invariant()
    def who_left_stays_away(self):
        for name, record in self.log.state.records.items():
            assert len(set(record.judges)) == len(record.judges)
            assert record.excluded >= self.left.get(name, set())
            assert not record.excluded & set(record.judges)

    @invariant()
    def a_copy_keeps_up(self):
        for line in self.log.lines[self.copy.size :]:
            self.copy.apply(line)
        assert self.copy.records == self.log.state.records
        assert self.copy.ledgers == self.log.state.ledgers

    def teardown(self):
        if hasattr(self, "log"):
            assert verify(self.log.lines, self.log.trust()).findings == []
            whole = facts(replay(self.log.lines))
            assert whole == facts(self.log.state) == facts(self.copy)


TestCourt = Court.TestCase
TestCourt.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
