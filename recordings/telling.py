"""Says in plain sentences what the workshop found and did: to a person at a desk, and in JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from recordings.audit import Audit
from recordings.errors import EncryptedError, NotADiscError, ScratchFullError
from recordings.ingest import Done, Ingested, Need, Wanted
from recordings.manifest import Entry, NoManifestError
from recordings.process import ChildError
from recordings.progress import Progress, Step
from recordings.shelf import Wrong
from recordings.store import (
    AlteredError,
    NoSuchObjectError,
    Stored,
    StoreFullError,
    StoreUnavailableError,
)
from recordings.titles import Kind, Loss, Report, Title

STEPS = {
    Step.READ: "reading every byte",
    Step.KEEP: "keeping the original",
    Step.JUDGE: "listening and looking",
    Step.RESTORE: "trying what helps the sound",
    Step.MAKE: "making what plays",
    Step.FINISH: "joining",
}
NEEDS = {
    Need.ENCRYPTED: "is encrypted; the original is kept, but only its owner can make it readable",
    Need.NOTHING_RECORDED: "holds no hearing that we can see, only menus, tests or doubles;"
    " --title N makes one of them all the same",
    Need.WHOLE_LOST: "is named by the disc, but nothing of it is there; look for another copy",
    Need.SECONDS_LOST: "has lost {seconds}; listen there, and look for another copy of the disc",
    Need.POOR: "is poor: parts will not be understood ({reasons})",
    Need.UNUSABLE: "is unusable: nobody will understand it ({reasons})",
    Need.CONTENTS_LOST: "was found without a table of contents: look whether it begins and ends"
    " where the hearing does",
    Need.UNREADABLE: "could not be read everywhere; the original is kept with zeros in those"
    " places: try to read the medium again with ddrescue",
    Need.NOT_RETAINED: "is not protected from removal: this store does not enforce retention",
}
KINDS = {
    Kind.HEARING: "hearing",
    Kind.MENU: "menu",
    Kind.TEST: "test of the equipment",
    Kind.DUPLICATE: "the same as another title",
}


def clock(seconds: float) -> str:
    """Write a stretch of time as a person reads it: 1:02:03."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def progress(told: Progress) -> str:
    """Write one line of at most 79 characters."""
    text = f"{told.share:4.0%} {STEPS[told.step]}"
    if told.title is not None:
        text += f", title {told.title}"
    if told.pieces and told.pieces > 1 and told.piece is not None:
        text += f", piece {told.piece + 1} of {told.pieces}"
    if told.seconds_left is not None:
        text += f", {clock(told.seconds_left)} left"
    return text[:79]


# --- what a look told ---


def report(told: Report) -> Iterator[str]:
    """Describe a source, a line for each title."""
    size = sum(file.size for file in told.files)
    label = f" labelled {told.label!r}" if told.label else ""
    yield f"{len(told.files)} files, {size / 1e6:.1f} MB ({told.volume}){label}"
    for title in told.titles:
        yield f"  title {title.number}: {_title(title)}"
        yield from (f"    lost {_loss(loss)}" for loss in title.losses)
    for one in told.proposals:
        yield f"  proposed {one.what}: {one.value} (from the {one.source})"


def _title(title: Title) -> str:
    parts = [KINDS[title.kind], clock(title.seconds)]
    if title.chapters:
        parts.append(f"{len(title.chapters)} chapters")
    parts += [" ".join(filter(None, (one.form, one.codec, one.language))) for one in title.streams]
    return ", ".join(parts)


def _loss(loss: Loss) -> str:
    return f"{loss.seconds:.1f} s at {clock(loss.start_s)} ({loss.why})"


# --- what became of a source ---


def ingested(told: Ingested) -> Iterator[str]:
    """Describe what was kept and made."""
    master = told.master
    size = f"{len(master.files)} files, {master.size / 1e6:.1f} MB"
    if master.known:
        yield f"The original was in the store before ({size}); it is not kept twice."
    else:
        yield f"The original is kept ({size}), sha256 {master.sha256}"
    for done in told.titles:
        made = done.manifest
        yield (
            f"Title {made.title} plays: {clock(made.recovered_s)} of {clock(made.seconds)},"
            f" {made.verdict}, {made.size / 1e6:.1f} MB under {made.prefix}"
        )
        yield from (f"  lost {_loss(loss)}" for loss in made.lost)
    for title in told.skipped:
        yield f"Title {title.number} was left out: {_title(title)}"
    yield from (f"For a person: {need(one)}" for one in told.wanted)


def need(one: Wanted) -> str:
    """Say what a person has to look at."""
    what = "The source" if one.title is None else f"Title {one.title}"
    lost = f"{one.seconds:.1f} seconds" if one.seconds is not None else "seconds"
    return f"{what} {NEEDS[one.need].format(seconds=lost, reasons=', '.join(one.reasons))}."


def ingested_plain(told: Ingested, prefix: str) -> dict[str, Any]:
    """Give what became of a source as JSON can hold it; `prefix` is before every key."""
    kept = (*told.master.files, *told.master.tags)
    master = [_entry(_of_stored(one), prefix) for one in kept]
    titles = [_done(done, prefix) for done in told.titles]
    return {
        "sha256": told.master.sha256,
        "bytes": told.master.size,
        "known": told.master.known,
        "retained": told.master.retained,
        "titles": titles,
        "skipped": [
            {"number": one.number, "kind": one.kind, "duration_s": round(one.seconds, 3)}
            for one in told.skipped
        ],
        "objects": master + [one for title in titles for one in title["objects"]],
        "needs": [
            {
                "what": one.need,
                "title": one.title,
                "seconds": one.seconds,
                "reasons": list(one.reasons),
                "words": need(one),
            }
            for one in told.wanted
        ],
    }


def _done(done: Done, prefix: str) -> dict[str, Any]:
    made = done.manifest
    return {
        "number": made.title,
        "kind": done.title.kind,
        "duration_s": round(made.seconds, 3),
        "recovered_s": round(made.recovered_s, 3),
        "lost": [
            {
                "start_s": round(loss.start_s, 3),
                "seconds": round(loss.seconds, 3),
                "why": loss.why,
            }
            for loss in made.lost
        ],
        "verdict": made.verdict,
        "reasons": list(made.reasons),
        "recipe": made.recipe,
        "prefix": prefix + made.prefix,
        "objects": [_entry(one, prefix) for one in (*made.objects, done.itself)],
    }


def _of_stored(one: Stored) -> Entry:
    return Entry(key=one.key, bytes=one.size, sha256=one.sha256)


def _entry(one: Entry, prefix: str) -> dict[str, Any]:
    return {"key": prefix + one.key, "bytes": one.bytes, "sha256": one.sha256}


# --- what the store holds ---


def audited(told: Audit) -> Iterator[str]:
    """Describe what an audit found."""
    yield (
        f"{told.objects} objects, {told.bytes / 1e6:.1f} MB:"
        f" {told.masters} originals, {told.renditions} titles that play,"
        f" {told.captures} live recordings."
    )
    yield from (f"missing: {key}" for key in told.missing)
    yield from (f"altered: {key}" for key in told.altered)
    yield from (f"belongs to nothing: {key}" for key in told.orphaned)
    yield from (f"begun and not finished: {prefix}" for prefix in told.unfinished)
    yield from (f"upload interrupted: {one.key}, begun {one.begun}" for one in told.uploads)
    yield "Nothing is lost." if told.sound else "Something is lost: restore it from a copy."


def audited_plain(told: Audit, prefix: str) -> dict[str, Any]:
    """Give what an audit found as JSON can hold it."""

    def named(found: Iterable[str]) -> list[str]:
        return [prefix + key for key in found]

    return {
        "objects": told.objects,
        "bytes": told.bytes,
        "masters": told.masters,
        "renditions": told.renditions,
        "captures": told.captures,
        "missing": named(told.missing),
        "altered": named(told.altered),
        "orphaned": named(told.orphaned),
        "unfinished": named(told.unfinished),
        "uploads": [
            {"key": prefix + one.key, "begun": one.begun.isoformat()} for one in told.uploads
        ],
        "sound": told.sound,
    }


def wrong(one: Wrong, prefix: str = "") -> str:
    return f"{'missing' if one.missing else 'altered'}: {prefix}{one.key}"


# --- what went wrong ---


FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (EncryptedError, "it is encrypted, and nobody can play it without its key ({error})"),
    (NotADiscError, "nothing in it is a recording that we can play: {error}"),
    (
        ScratchFullError,
        (
            "the disk for what is being made is full: make room, or name another with --scratch;"
            " the same command goes on from here"
        ),
    ),
    (ChildError, "ffmpeg could not do it: {error}"),
    (AlteredError, "it reads differently each time: copy the medium with ddrescue first"),
    (StoreFullError, "the store is full: make room; the same command goes on from here"),
    (
        StoreUnavailableError,
        (
            "the store cannot be used ({error}): see its address, its keys and whether it runs;"
            " the same command goes on from here"
        ),
    ),
    (NoSuchObjectError, "the store has no {error}"),
    (NoManifestError, "{error} is damaged: see with audit what else is"),
    (FileNotFoundError, "there is no such file or folder"),
    (PermissionError, "no permission to read {error.filename}"),
    (OSError, "{error.strerror}: {error.filename}"),
)
"""The first that fits is said."""


def failure(error: Exception) -> str:
    """Say in one line why nothing came of it, and what to do."""
    for kind, words in FAILURES:
        if isinstance(error, kind):
            return words.format(error=error)
    return str(error) or type(error).__name__
