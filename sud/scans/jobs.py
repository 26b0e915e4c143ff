"""The work of scans after the commit: splitting them, and recognising their text."""

from collections.abc import Callable

from sud.scans import arriving, text

JOBS: dict[str, Callable[..., None]] = {
    arriving.READ: arriving.read_scan,
    text.RECOGNISE: text.recognise,
}
