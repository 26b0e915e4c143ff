"""What a source holds, in plain data: titles, their streams, what of them plays and what is lost.

Every time is in seconds on the title's own line of time, which is the recorder's: seconds that are
lost keep their place, so that a remark "at 1:12:30" means the same on the disc and in the player.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a title is for."""

    HEARING = "hearing"
    MENU = "menu"
    TEST = "test"  # shorter than the threshold, or named as one: somebody tried the camera
    DUPLICATE = "duplicate"  # plays what another title plays


class Origin(StrEnum):
    """Where a title was learned from."""

    IFO = "ifo"
    BUP = "bup"
    SCAN = "scan"  # from the sectors themselves: no table of contents was of use
    FILE = "file"  # a media file is its own title


class Why(StrEnum):
    """Why seconds of a title are lost."""

    ZEROED = "zeroed"  # sectors that the ripping tool could not read and filled with zeros
    UNREADABLE = "unreadable"  # the medium refuses them now
    TORN = "torn"  # there, but no part of a stream
    TRUNCATED = "truncated"  # the file ends before what the table promises
    MISSING = "missing"  # a whole file is not there, or is empty
    SCRAMBLED = "scrambled"  # encrypted (CSS)
    UNSENT = "unsent"  # nothing came from the courtroom that was recorded live


class Form(StrEnum):
    """What a stream carries."""

    PICTURE = "picture"
    SOUND = "sound"
    SUBTITLE = "subtitle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream; `index` is its number among its form.

    `id` is what ffmpeg's demuxer calls it on a DVD, its number in a media file: `feed.specifier`
    makes of it what ffmpeg understands.
    """

    form: Form
    id: int
    index: int
    codec: str
    language: str | None = None
    channels: int | None = None
    sample_rate: int | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    field_order: str | None = None  # "tff", "bff", "progressive"
    aspect: str | None = None  # of the picture as it is shown: "4:3", "16:9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Sectors of a titleset, both ends included, counted from its first VOB."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch that one decoder plays with one clock: one VOB of a recorder, or one media file.

    Small losses inside a run keep their time by the clock; between runs nothing plays.
    """

    start_s: float
    seconds: float
    clock_s: float  # what the streams' clock (PTS) says at `start_s`
    extents: tuple[Extent, ...] = ()  # of a DVD
    file: str | None = None  # of a media file: its name in the source

    @property
    def end_s(self) -> float:
        return self.start_s + self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Seconds of a title that nobody can play; 0 where not even their number is known."""

    start_s: float
    seconds: float
    why: Why
    sectors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    start_s: float
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What is played as one."""

    number: int
    kind: Kind
    origin: Origin
    seconds: float  # as recorded, lost seconds included
    streams: tuple[Stream, ...]
    runs: tuple[Run, ...]
    chapters: tuple[Chapter, ...] = ()
    losses: tuple[Loss, ...] = ()
    angles: int = 1
    disc: int = 0  # which volume of the source, from 0
    titleset: int = 0  # of a DVD; 0 is the menu of the whole disc
    duplicate_of: int | None = None
    name: str = ""  # of the file, where it is one

    @property
    def lost_s(self) -> float:
        return sum(loss.seconds for loss in self.losses)

    @property
    def recovered_s(self) -> float:
        return max(0.0, self.seconds - self.lost_s)

    @property
    def picture(self) -> Stream | None:
        return next((one for one in self.streams if one.form is Form.PICTURE), None)

    @property
    def sounds(self) -> tuple[Stream, ...]:
        """The sound tracks, the one that carries most first."""
        return tuple(one for one in self.streams if one.form is Form.SOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a name, a label or a subtitle says of the hearing; a person decides if it is so."""

    what: str  # "date", "time", "case", "court", "courtroom", "part"
    value: str  # ISO 8601 for dates and times, else as written
    source: str  # where it was read: "label", "folder", "file", "recorder"
    confidence: float
    title: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """A source file as it was read: bytes and SHA-256 (hexadecimal)."""

    name: str
    size: int
    sha256: str
    unreadable: int = 0  # bytes that the medium refused; they count as zeros in the hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a look at a whole source tells."""

    volume: str  # what it is: "folder", "image", "vob", "carved", "data", "file"
    label: str
    files: tuple[Hashed, ...]
    titles: tuple[Title, ...]
    proposals: tuple[Proposal, ...] = ()
    remarks: tuple[str, ...] = field(default=())  # codes: "ifo_bad", "bup_used", "headless", ...
