"""Compares what the store holds with what its manifests say, and reads masters to see if they live.

An audit looks at every object of ours once, in the order of their keys, and keeps no more than one
source in memory. A fixity check reads some masters from end to end and tells where the next one
should go on, so that a clock brings it round all of them in time.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from recordings import keys, manifest, shelf, spool
from recordings.captured import captured_of
from recordings.manifest import NoManifestError
from recordings.shelf import Wrong
from recordings.store import Facts, NoSuchObjectError, ObjectStore, Upload, digest

ENDING = f"/{keys.MANIFEST}"
Watch = Callable[[int], None]  # told how many objects were seen; may raise to stop the work


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found; keys in order."""

    objects: int
    bytes: int
    masters: int  # complete ones
    renditions: int  # with a manifest
    captures: int  # with a manifest
    missing: tuple[str, ...]  # a manifest names it, the store has it not
    altered: tuple[str, ...]  # of another size, or (deep) another hash, than its manifest says
    orphaned: tuple[str, ...]  # no manifest names it
    unfinished: tuple[str, ...]  # prefixes of what somebody began; to be taken up again
    uploads: tuple[Upload, ...]  # that were interrupted; they take room

    @property
    def sound(self) -> bool:
        """Whether nothing is lost: what is only superfluous or unfinished loses nothing."""
        return not self.missing and not self.altered


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixity:
    """What reading some masters told; `after` is where the next check begins."""

    checked: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    after: str


def audit(store: ObjectStore, *, deep: bool = False, watch: Watch = lambda _: None) -> Audit:
    """Compare every object under our prefixes with its manifest; `deep` reads all of them."""
    found = _Findings(store=store, deep=deep, watch=watch)
    kept: set[str] = set()
    whole = 0
    for sha256, objects in _sources(found.seen(keys.MASTERS), found):
        kept.add(sha256)
        whole += found.bag(sha256, {one.key: one.size for one in objects})
    for sha256, objects in _sources(found.seen(keys.RENDITIONS), found):
        found.source(sha256, {one.key: one.size for one in objects}, kept=sha256 in kept)
    for prefix, objects in groupby(found.seen(keys.LIVE), lambda facts: _folder(facts.key, 3)):
        found.capture(prefix, {one.key: one.size for one in objects})
    uploads = [
        upload
        for prefix in (keys.MASTERS, keys.RENDITIONS, keys.LIVE)
        for upload in store.uploads(prefix)
    ]
    return Audit(
        objects=found.objects,
        bytes=found.bytes,
        masters=whole,
        renditions=found.renditions,
        captures=found.captures,
        missing=tuple(sorted(found.missing)),
        altered=tuple(sorted(found.altered)),
        orphaned=tuple(sorted(found.orphaned)),
        unfinished=tuple(sorted(found.unfinished)),
        uploads=tuple(uploads),
    )


def fixity(
    store: ObjectStore,
    *,
    count: int,
    after: str = "",
    watch: Callable[[float], None] = lambda _: None,
) -> Fixity:
    """Read the next masters from end to end, at most `count`; after the last comes the first."""
    checked: list[str] = []
    wrong: list[Wrong] = []
    for sha256 in shelf.masters(store, after=after):
        if len(checked) == count:
            break
        wrong += shelf.verify(store, sha256, watch)
        checked.append(sha256)
    else:
        return Fixity(checked=tuple(checked), wrong=tuple(wrong), after="")
    return Fixity(checked=tuple(checked), wrong=tuple(wrong), after=checked[-1] if checked else "")


def verify(
    store: ObjectStore, sha256: str, watch: Callable[[float], None] = lambda _: None
) -> tuple[Wrong, ...]:
    """Read everything of one source, the master and all that was made; name what is wrong."""
    wrong = list(shelf.verify(store, sha256, lambda share: watch(share / 2)))
    made = [one for one in store.list(keys.source_prefix(sha256)) if one.key.endswith(ENDING)]
    for number, facts in enumerate(made):
        try:
            told = manifest.read(store, facts.key)
        except NoManifestError:
            wrong.append(Wrong(key=facts.key, missing=False))
            continue
        for done, one in enumerate(told.objects):
            try:
                if digest(store, one.key) != one.sha256:
                    wrong.append(Wrong(key=one.key, missing=False))
            except NoSuchObjectError:
                wrong.append(Wrong(key=one.key, missing=True))
            watch(0.5 + (number + done / len(told.objects)) / len(made) / 2)
    watch(1.0)
    return tuple(wrong)


@dataclass(slots=True, kw_only=True)
class _Findings:
    """Grows while the objects pass by."""

    store: ObjectStore
    deep: bool
    watch: Watch
    objects: int = 0
    bytes: int = 0
    renditions: int = 0
    captures: int = 0
    missing: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)
    orphaned: set[str] = field(default_factory=set)
    unfinished: set[str] = field(default_factory=set)

    def seen(self, prefix: str) -> Iterator[Facts]:
        for facts in self.store.list(prefix):
            self.objects += 1
            self.bytes += facts.size
            self.watch(self.objects)
            yield facts

    def bag(self, sha256: str, sizes: dict[str, int]) -> bool:
        """Look at one master; tell whether it is complete and known to be itself."""
        prefix = keys.master_prefix(sha256)
        if prefix + keys.TAG_MANIFEST not in sizes:
            self.unfinished.add(prefix)
            return False
        told = shelf.contents(self.store, sha256)
        if told is None:
            self.altered.add(prefix + keys.PAYLOAD_MANIFEST)
            return False
        named = {prefix + path for path in told.hashes}
        self.missing |= named - sizes.keys()
        self.orphaned |= sizes.keys() - named - {prefix + one for one in keys.TAGS}
        self.missing |= {prefix + one for one in keys.TAGS} - sizes.keys()
        there = sum(sizes[key] for key in named & sizes.keys())
        if self.deep:
            self._read({prefix + path: one for path, one in told.hashes.items()}, sizes)
        elif named <= sizes.keys() and there != told.size:
            # The manifests of BagIt know the size of all files together only.
            self.altered.add(prefix + keys.PAYLOAD)
        return not named - sizes.keys()

    def source(self, sha256: str, sizes: dict[str, int], *, kept: bool) -> None:
        """Look at everything that was made from one source."""
        if not kept:
            self.missing.add(keys.master_prefix(sha256))
        for prefix, group in groupby(sorted(sizes), lambda key: _folder(key, 5)):
            here = {key: sizes[key] for key in group}
            if prefix is None:
                self.orphaned |= here.keys()
            elif prefix.startswith(keys.source_prefix(sha256) + keys.READING):
                self.orphaned |= {key for key in here if not key.endswith(keys.READ)}
            elif prefix + keys.MANIFEST not in here:
                self.unfinished.add(prefix)
            else:
                self._rendition(prefix, here)

    def _rendition(self, prefix: str, sizes: dict[str, int]) -> None:
        try:
            told = manifest.read(self.store, prefix + keys.MANIFEST)
        except NoManifestError:
            self.altered.add(prefix + keys.MANIFEST)
            return
        self.renditions += 1
        working = {key for key in sizes if key.startswith(prefix + keys.PIECES)}
        self._compare(
            {one.key: (one.bytes, one.sha256) for one in told.objects},
            sizes,
            beside={prefix + keys.MANIFEST, *working},
        )

    def capture(self, prefix: str | None, sizes: dict[str, int]) -> None:
        """Look at what one courtroom sent in one session."""
        if prefix is None:
            self.orphaned |= sizes.keys()
            return
        key = prefix + spool.MANIFEST
        if key not in sizes:
            self.unfinished.add(prefix)
            return
        try:
            told = captured_of(json.loads(self.store.get(key)))
        except (KeyError, TypeError, ValueError):
            self.altered.add(key)
            return
        self.captures += 1
        segments = [one for run in told.runs for one in run.segments]
        self._compare(
            {prefix + one.name: (one.size, one.sha256) for one in segments},
            sizes,
            beside={prefix + name for name in (spool.MANIFEST, spool.JOURNAL, spool.LIVE_LIST)},
        )

    def _compare(
        self, named: dict[str, tuple[int, str]], sizes: dict[str, int], *, beside: set[str]
    ) -> None:
        """Compare what a manifest names (bytes, hash) with what is there; `beside` may be, too."""
        self.missing |= named.keys() - sizes.keys()
        self.orphaned |= sizes.keys() - named.keys() - beside
        self.altered |= {key for key in named.keys() & sizes.keys() if sizes[key] != named[key][0]}
        if self.deep:
            self._read({key: sha256 for key, (_, sha256) in named.items()}, sizes)

    def _read(self, hashes: dict[str, str], sizes: Iterable[str]) -> None:
        for key in sorted(hashes.keys() & set(sizes)):
            if key not in self.altered and digest(self.store, key) != hashes[key]:
                self.altered.add(key)


def _sources(objects: Iterable[Facts], found: _Findings) -> Iterator[tuple[str, Iterator[Facts]]]:
    """Group objects, which come in order, by the source that they belong to."""
    for sha256, group in groupby(objects, lambda facts: keys.source_of(facts.key)):
        if sha256 is None:
            found.orphaned |= {facts.key for facts in group}
        else:
            yield sha256, group


def _folder(key: str, depth: int) -> str | None:
    """Give the folder so many words deep that a key lies in; None where it lies higher."""
    parts = key.split("/")
    return "/".join(parts[:depth]) + "/" if len(parts) > depth else None
