"""What the workshop says when a disc cannot be made to play; each kind wants another answer."""


class RecordingError(Exception):
    """A source that cannot become a stream."""


class NotADiscError(RecordingError):
    """There is no DVD video in what was handed in."""


class EncryptedError(RecordingError):
    """The disc is scrambled (CSS): what could be decoded would be garbage."""


class NoTitleError(RecordingError):
    """It is a DVD, but no title with a picture is on it, or not the one asked for."""


class TooShortError(RecordingError):
    """What is on the disc is too short to be a recording of anything."""


class TranscoderError(RecordingError):
    """ffmpeg gave up, stood still, or gave less than it was fed."""


class ScratchFullError(RecordingError):
    """The disk of this machine has no room for what is being made; nothing is lost by it."""


class PiecesMissingError(RecordingError):
    """A title cannot be finished: these of its pieces are not made yet."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        super().__init__(", ".join(map(str, numbers)))
        self.numbers = numbers


class ModelMissingError(RecordingError):
    """A package that is there for the model inside it does not hold that model."""
