"""The verbs of the room, in one list: each stands in the module that is responsible for it."""

from sud.media.listing import (
    drop_item_of_url,
    hearing_of_url,
    hearings_for_disc,
    recording_of_url,
    recordings_of_hearing,
    unfinished_recordings,
    waiting_discs,
)
from sud.media.making import Sent, hand_in, link, refusal_of, retry, send_to_worker
from sud.media.playing import Piece, piece_of, play, renditions_of

__all__ = [
    "Piece",
    "Sent",
    "drop_item_of_url",
    "hand_in",
    "hearing_of_url",
    "hearings_for_disc",
    "link",
    "piece_of",
    "play",
    "recording_of_url",
    "recordings_of_hearing",
    "refusal_of",
    "renditions_of",
    "retry",
    "send_to_worker",
    "unfinished_recordings",
    "waiting_discs",
]
