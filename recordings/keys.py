"""Names every object of the store: where it lies, what it is called in HTTP, how long it is cached.

Everything hangs on the SHA-256 of a source, so that whoever comes again, from whatever machine,
finds what is there, and the same disc twice is one disc. The first two digits spread the sources
over 256 folders, and the first word says how an object is treated (see recordings/README.md):

    masters/<2>/<sha256>/…            as it came, a bag of BagIt; retained, rarely read
    renditions/<2>/<sha256>/…         everything made from it; can be made again
        reading/<version>/…           what a look at the whole source told
        <title>/<recipe>/…            one title made by one recipe; visible once it has a manifest
    live/<courtroom>/<session>/…      what a courtroom sends, as it is made
"""

import re
from pathlib import PurePosixPath

MASTERS, RENDITIONS, LIVE = "masters/", "renditions/", "live/"
PAYLOAD = "data/"
BAG, BAG_INFO = "bagit.txt", "bag-info.txt"
PAYLOAD_MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
TAGS = (PAYLOAD_MANIFEST, BAG, BAG_INFO, TAG_MANIFEST)  # what a bag has beside its payload

READING = "reading/"
REPORT, CHART = "report.json", "chart.bin"
READ = (REPORT, CHART)  # what a look at a source leaves: for people, and for the next worker
JUDGEMENT, TREATMENT, WAVEFORM, PLAN = (
    "judgement.json",
    "treatment.json",
    "waveform.svg",
    "plan.json",
)
PIECES = "pieces/"
MANIFEST = "manifest.json"

SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
WORD = re.compile(r"[a-z0-9][a-z0-9.-]*", re.ASCII)

FOREVER = "private, max-age=31536000, immutable"
"""What is named by what it is made of and how never changes; `private`: courts, not caches of a
provider, say who sees a hearing."""
SHORTLY = "private, max-age=300"
NEVER = "no-store"

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".vtt": "text/vtt; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".ts": "video/mp2t",
    ".mkv": "video/x-matroska",
}
OCTETS = "application/octet-stream"


def master_prefix(sha256: str) -> str:
    """Say where a source lies as it came."""
    return f"{MASTERS}{_spread(sha256)}/"


def payload_prefix(sha256: str) -> str:
    """Say where the files of a source lie."""
    return f"{master_prefix(sha256)}{PAYLOAD}"


def source_prefix(sha256: str) -> str:
    """Say where everything lies that is made from a source."""
    return f"{RENDITIONS}{_spread(sha256)}/"


def reading_prefix(sha256: str, version: str) -> str:
    """Say where the report of a look lies; a better reader writes another one."""
    return f"{source_prefix(sha256)}{READING}{_word(version)}/"


def rendition_prefix(sha256: str, title: int, recipe: str) -> str:
    """Say where one title lies as one recipe makes it."""
    return f"{source_prefix(sha256)}{title:02}/{_word(recipe)}/"


def piece_note(number: int) -> str:
    """Name the JSON that says that a piece is finished, and of which objects it is made."""
    return f"{PIECES}{number:04}.json"


def piece_of(key: str) -> int:
    """Tell the number of the piece that a note is of."""
    return int(PurePosixPath(key).stem)


def live_prefix(courtroom: str, session: str) -> str:
    """Say where the parts of one live recording lie."""
    return f"{LIVE}{_word(courtroom)}/{_word(session)}/"


def source_of(key: str) -> str | None:
    """Tell the SHA-256 of the source that a key belongs to, None where it belongs to none."""
    parts = PurePosixPath(key).parts
    if len(parts) < 4 or f"{parts[0]}/" not in {MASTERS, RENDITIONS}:  # noqa: PLR2004
        return None
    spread, sha256 = parts[1:3]
    return sha256 if SHA256.fullmatch(sha256) and sha256[:2] == spread else None


def content_type(key: str) -> str:
    """Say what an object is; a master is octets, so that nobody's browser opens it."""
    if f"/{PAYLOAD}" in key and key.startswith(MASTERS):
        return OCTETS
    return TYPES.get(PurePosixPath(key).suffix.lower(), OCTETS)


def cache_control(key: str) -> str:
    """Say how long whoever fetched an object may keep it."""
    suffix = PurePosixPath(key).suffix
    if key.startswith(MASTERS) or suffix == ".json":
        return NEVER
    return SHORTLY if key.startswith(LIVE) and suffix == ".m3u8" else FOREVER


def _spread(sha256: str) -> str:
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return f"{sha256[:2]}/{sha256}"


def _word(text: str) -> str:
    if not WORD.fullmatch(text):
        raise ValueError(f"not a word for a key: {text!r}")
    return text
