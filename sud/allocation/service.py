"""The verbs of the room, in one list: each stands in the module that is responsible for it."""

from sud.allocation.entering import (
    DUTY,
    Drop,
    Exclusion,
    Receipt,
    enter,
    enter_duty,
    enter_waiting,
    latest_draw,
    let_be_drawn,
    official,
    redraw,
    salted,
    sitting,
    waiting,
)
from sud.allocation.epochs import DRAW_JOB, draw, freeze, take_beacon, take_reveal
from sud.allocation.fixed import found, set_availability, set_pool, set_rules
from sud.allocation.given import assign_by_hand, correct_category, link, unlink
from sud.allocation.published import growth_proof, signed_checkpoint, trust

__all__ = [
    "DRAW_JOB",
    "DUTY",
    "Drop",
    "Exclusion",
    "Receipt",
    "assign_by_hand",
    "correct_category",
    "draw",
    "enter",
    "enter_duty",
    "enter_waiting",
    "found",
    "freeze",
    "growth_proof",
    "latest_draw",
    "let_be_drawn",
    "link",
    "official",
    "redraw",
    "salted",
    "set_availability",
    "set_pool",
    "set_rules",
    "signed_checkpoint",
    "sitting",
    "take_beacon",
    "take_reveal",
    "trust",
    "unlink",
    "waiting",
]
