"""Says what one finished rendition of a title is, and names every object of it with its hash.

The manifest is written last. Whoever reads renditions reads manifests, so that what is half made
is not there; whoever checks them compares these hashes with what the store holds.
"""

import io
import json
from dataclasses import dataclass

from recordings import keys
from recordings.errors import RecordingError
from recordings.plain import as_plain, from_plain
from recordings.store import NoSuchObjectError, ObjectStore, Stored
from recordings.titles import Loss

VERSION = 1


class NoManifestError(RecordingError):
    """What lies where a manifest should be is none that we can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An object of a rendition, by its key in the store."""

    key: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One title, as one recipe made it."""

    version: int = VERSION
    source: str  # SHA-256: the master that it can be made from again
    title: int
    recipe: str
    reading: str  # versions of what read, judged and treated the source
    judging: str
    treating: str
    seconds: float  # as recorded
    recovered_s: float
    lost: tuple[Loss, ...]
    verdict: str
    reasons: tuple[str, ...]
    objects: tuple[Entry, ...]

    @property
    def prefix(self) -> str:
        return keys.rendition_prefix(self.source, self.title, self.recipe)

    @property
    def size(self) -> int:
        """Bytes of everything it names."""
        return sum(one.bytes for one in self.objects)


def entry(stored: Stored) -> Entry:
    """Name what was just put."""
    return Entry(key=stored.key, bytes=stored.size, sha256=stored.sha256)


def write(store: ObjectStore, manifest: Manifest) -> Entry:
    """Make a rendition visible."""
    key = manifest.prefix + keys.MANIFEST
    text = json.dumps(as_plain(manifest), indent=1, ensure_ascii=False)
    return entry(
        store.put(
            key,
            io.BytesIO(text.encode()),
            content_type=keys.content_type(key),
            cache_control=keys.cache_control(key),
        )
    )


def read(store: ObjectStore, key: str) -> Manifest:
    """Read the manifest under a key; NoSuchObjectError, NoManifestError."""
    try:
        plain = json.loads(store.get(key))
        if not isinstance(plain, dict) or plain.get("version") != VERSION:
            raise NoManifestError(key)
        return from_plain(Manifest, plain)
    except ValueError as error:
        raise NoManifestError(key) from error


def manifest(store: ObjectStore, sha256: str, title: int, recipe: str) -> Manifest | None:
    """Give the manifest of a rendition, None where it is not finished."""
    try:
        return read(store, keys.rendition_prefix(sha256, title, recipe) + keys.MANIFEST)
    except NoSuchObjectError:
        return None
