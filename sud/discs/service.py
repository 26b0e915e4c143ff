"""The verbs of the room, in one list: each stands in the module that is responsible for it."""

from sud.discs.arriving import cancel, hand_in, hurry, retry
from sud.discs.batch import certain_discs, link_certain
from sud.discs.linking import link, set_aside, take_back, undo, was_played
from sud.discs.listing import (
    Heap,
    Queue,
    Row,
    Step,
    Wanted,
    disc_of_url,
    first_of,
    handed_in_by,
    hearing_of_url,
    lists_of,
    pictured,
    queue,
    recordings_of,
    step_of,
    title_of,
    titles_of,
)
from sud.discs.ordering import parts_of, put_in_order
from sud.discs.proposing import Candidate, Fact, candidates, certain, facts_of
from sud.discs.reporting import as_csv, bars, courts_of, report, total
from sud.discs.shelving import take_list
from sud.uploads.service import Sent

__all__ = [
    "Candidate",
    "Fact",
    "Heap",
    "Queue",
    "Row",
    "Sent",
    "Step",
    "Wanted",
    "as_csv",
    "bars",
    "cancel",
    "candidates",
    "certain",
    "certain_discs",
    "courts_of",
    "disc_of_url",
    "facts_of",
    "first_of",
    "hand_in",
    "handed_in_by",
    "hearing_of_url",
    "hurry",
    "link",
    "link_certain",
    "lists_of",
    "parts_of",
    "pictured",
    "put_in_order",
    "queue",
    "recordings_of",
    "report",
    "retry",
    "set_aside",
    "step_of",
    "take_back",
    "take_list",
    "title_of",
    "titles_of",
    "total",
    "undo",
    "was_played",
]
