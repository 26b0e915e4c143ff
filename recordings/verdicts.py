"""Says in words what measures mean: a verdict and its reasons, by `thresholds.toml`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recordings.judgement import (
    Channel,
    Picture,
    PictureMinute,
    Reason,
    SoundMinute,
    Track,
    Verdict,
)
from recordings.sound import Measures
from recordings.thresholds import Thresholds

Found = list[tuple[Verdict, Reason]]


def summed(found: Found) -> tuple[Verdict, tuple[Reason, ...]]:
    """The worst verdict, and the reasons from the worst on."""
    found = sorted(found, key=lambda one: -one[0].rank)
    worst = found[0][0] if found else Verdict.GOOD
    return worst, tuple(dict.fromkeys(reason for _, reason in found))


def _lost(judged_s: float, lost_s: float, limits: Thresholds) -> Found:
    whole = judged_s + lost_s
    if not lost_s or not whole:
        return []
    share = lost_s / whole
    if share >= limits.sound.poor_lost_share:
        return [(Verdict.UNUSABLE if not judged_s else Verdict.POOR, Reason.SECONDS_LOST)]
    worse = share >= limits.sound.lost_share
    return [(Verdict.USABLE if worse else Verdict.GOOD, Reason.SECONDS_LOST)]


def sound_minute(
    measures: Measures, *, start_s: float, lost_s: float, limits: Thresholds
) -> SoundMinute:
    found = _lost(measures.judged_s, lost_s, limits)
    if measures.judged_s:
        found += _heard(measures, limits)
    verdict, reasons = summed(found)
    return SoundMinute(
        start_s=start_s,
        judged_s=round(measures.judged_s, 2),
        lost_s=round(lost_s, 2),
        verdict=verdict,
        reasons=reasons,
        loudness_lufs=round(measures.loudness_lufs, 1),
        peak_db=round(measures.peak_db, 1),
        speech=round(measures.speech, 3),
        silence=round(measures.silence, 3),
        hum_db=round(measures.hum_db, 1),
        noise_db=round(measures.noise_db, 1),
        spread_db=round(measures.spread_db, 1),
        snr_db=round(measures.snr_db, 1),
        clipped=round(measures.clipped, 5),
        holes=measures.holes,
    )


def _heard(measures: Measures, limits: Thresholds) -> Found:
    sound = limits.sound
    if measures.silence >= sound.no_sound:
        return [(Verdict.UNUSABLE, Reason.NO_SOUND)]
    found: Found = []
    if measures.hum_db >= sound.hum_db:
        found.append((Verdict.USABLE, Reason.HUM))
    if measures.speech < sound.no_speech:
        # A pause is no fault; but where only noise or hum stands, a voice could not be heard.
        drowned = measures.spread_db < sound.unusable_spread_db
        found.append((Verdict.UNUSABLE if drowned else Verdict.GOOD, Reason.NO_SPEECH))
        return found
    if measures.loudness_lufs < sound.quiet_lufs:
        found.append((Verdict.USABLE, Reason.VERY_QUIET))
    found += _noisy(measures, limits)
    if measures.clipped >= sound.clipped and measures.peak_db >= sound.clipped_peak_db:
        harsh = measures.clipped >= sound.poor_clipped
        found.append((Verdict.POOR if harsh else Verdict.USABLE, Reason.CLIPPED))
    if measures.holes >= sound.holes:
        torn = measures.holes >= sound.poor_holes
        found.append((Verdict.POOR if torn else Verdict.USABLE, Reason.HOLES))
    return found


def _noisy(measures: Measures, limits: Thresholds) -> Found:
    sound = limits.sound
    drowned = measures.snr_db < sound.unusable_snr_db
    flat = measures.spread_db < sound.unusable_spread_db
    if drowned or flat:
        return [(Verdict.UNUSABLE, Reason.NOISE)]
    if measures.snr_db < sound.poor_snr_db or measures.spread_db < sound.poor_spread_db:
        # Hum can be taken away, and with it what it hides.
        humming = measures.hum_db >= sound.hum_db
        return [(Verdict.USABLE if humming else Verdict.POOR, Reason.NOISE)]
    return [(Verdict.USABLE, Reason.NOISE)] if measures.snr_db < sound.usable_snr_db else []


def track_verdict(
    minutes: Sequence[SoundMinute],
    *,
    spoken_s: float,
    channel: Channel,
    uneven_db: float,
    echo: bool,
    limits: Thresholds,
) -> tuple[Verdict, tuple[Reason, ...]]:
    """Judge a whole track by the minutes in which somebody speaks."""
    sound = limits.sound
    judged_s = sum(one.judged_s for one in minutes)
    if not judged_s or _share(minutes, Reason.NO_SOUND) >= sound.no_sound:
        return Verdict.UNUSABLE, (Reason.NO_SOUND,)
    if spoken_s < min(sound.least_speech_s, 0.5 * judged_s):
        verdict, reasons = Verdict.UNUSABLE, _common(minutes, sound.track_share, weighed=False)
        return verdict, tuple(dict.fromkeys((Reason.NO_SPEECH, *reasons)))
    found: Found = []
    verdict = _standing(minutes, sound.track_share)
    found += [(verdict, one) for one in _common(minutes, sound.track_share, weighed=True)]
    if spoken_s < sound.little_speech * judged_s:
        found.append((Verdict.GOOD, Reason.LITTLE_SPEECH))
    if channel in {Channel.LEFT, Channel.RIGHT}:
        found.append((Verdict.USABLE, Reason.ONE_CHANNEL))
    if channel is Channel.DIFFERENCE:
        found.append((Verdict.USABLE, Reason.OPPOSITE_PHASE))
    if uneven_db >= sound.uneven_db:
        found.append((Verdict.USABLE, Reason.UNEVEN))
    if echo:
        found.append((Verdict.USABLE, Reason.REVERBERANT))
    worst, reasons = summed(found)
    if any(one.lost_s for one in minutes) and Reason.SECONDS_LOST not in reasons:
        reasons = (*reasons, Reason.SECONDS_LOST)
    return max(worst, verdict, key=lambda one: one.rank), reasons


def echoes(echo_db: float, snr_db: float, limits: Thresholds) -> bool:
    """Tell whether it is a room that was measured, and not noise."""
    sound = limits.sound
    quiet_db = 25.0
    least = sound.echo_db + sound.echo_db_noise * max(0.0, quiet_db - snr_db)
    return echo_db >= min(least, sound.most_echo_db)


def _weight(minute: SoundMinute) -> float:
    return minute.judged_s * minute.speech


def _standing(minutes: Sequence[SoundMinute], share: float) -> Verdict:
    """The best verdict than which less than a share of the speech is worse."""
    total = sum(map(_weight, minutes)) or 1.0
    for verdict in Verdict:
        worse = sum(_weight(one) for one in minutes if one.verdict.rank > verdict.rank)
        if worse < share * total:
            return verdict
    return Verdict.UNUSABLE


def _common(minutes: Sequence[SoundMinute], share: float, *, weighed: bool) -> tuple[Reason, ...]:
    weights = [(_weight(one) if weighed else one.judged_s, one) for one in minutes]
    total = sum(weight for weight, _ in weights) or 1.0
    of: dict[Reason, float] = {}
    for weight, one in weights:
        for reason in one.reasons:
            of[reason] = of.get(reason, 0.0) + weight
    return tuple(
        sorted((one for one, weight in of.items() if weight >= share * total), key=lambda r: -of[r])
    )


def _share(minutes: Sequence[SoundMinute], reason: Reason) -> float:
    total = sum(one.judged_s for one in minutes) or 1.0
    return sum(one.judged_s for one in minutes if reason in one.reasons) / total


# --- the picture ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a minute of the picture measures; shares are of its key pictures."""

    judged_s: float
    pictures: int
    black: float = 0.0
    no_signal: float = 0.0
    frozen: float = 0.0
    snow: float = 0.0
    dark: float = 0.0
    flat: float = 0.0
    luma: float = 0.0
    dropped: int = 0
    expected: float = 0.0


def picture_minute(
    seen: Seen, *, start_s: float, lost_s: float, limits: Thresholds
) -> PictureMinute:
    found = _lost(seen.judged_s, lost_s, limits)
    if seen.judged_s and not seen.pictures:
        found.append((Verdict.UNUSABLE, Reason.NO_PICTURE))
    share = limits.picture.share
    for value, verdict, reason in (
        (seen.black, Verdict.UNUSABLE, Reason.BLACK),
        (seen.no_signal, Verdict.UNUSABLE, Reason.NO_SIGNAL),
        (seen.frozen, Verdict.UNUSABLE, Reason.FROZEN),
        (seen.snow, Verdict.UNUSABLE, Reason.SNOW),
        (seen.dark, Verdict.USABLE, Reason.DARK),
        (seen.flat, Verdict.USABLE, Reason.FLAT),
    ):
        if value >= share:
            found.append((verdict, reason))
    if seen.dropped > max(1.0, limits.picture.dropped_share * seen.expected):
        found.append((Verdict.USABLE, Reason.FRAMES_DROPPED))
    verdict, reasons = summed(found)
    return PictureMinute(
        start_s=start_s,
        judged_s=round(seen.judged_s, 2),
        lost_s=round(lost_s, 2),
        verdict=verdict,
        reasons=reasons,
        black=round(seen.black, 3),
        no_signal=round(seen.no_signal, 3),
        frozen=round(seen.frozen, 3),
        snow=round(seen.snow, 3),
        dark=round(seen.dark, 3),
        flat=round(seen.flat, 3),
        luma=round(seen.luma, 1),
        dropped=seen.dropped,
    )


def picture_verdict(
    minutes: Sequence[PictureMinute], limits: Thresholds
) -> tuple[Verdict, tuple[Reason, ...]]:
    """Judge a whole picture by its minutes: one in four so bad makes it so bad."""
    total = sum(one.judged_s for one in minutes)
    if not total:
        return Verdict.UNUSABLE, (Reason.NO_PICTURE,)
    share = limits.sound.track_share
    verdict = Verdict.UNUSABLE
    for verdict in Verdict:
        if sum(one.judged_s for one in minutes if one.verdict.rank > verdict.rank) < share * total:
            break
    of = {
        reason: sum(one.judged_s for one in minutes if reason in one.reasons) for reason in Reason
    }
    reasons = sorted(
        (one for one, weight in of.items() if weight and weight >= share * total),
        key=lambda one: -of[one],
    )
    return verdict, tuple(reasons)


# --- the title ---


def title_verdict(
    best: Track | None,
    picture: Picture | None,
    *,
    apart_s: float | None,
    lost_share: float,
    limits: Thresholds,
) -> tuple[Verdict, tuple[Reason, ...]]:
    """Join sound and picture: a hearing is heard first, a bad picture costs one step."""
    verdict = best.verdict if best else Verdict.UNUSABLE
    reasons = list(best.reasons) if best else [Reason.NO_SOUND]
    if picture is not None:
        if picture.verdict in {Verdict.POOR, Verdict.UNUSABLE}:
            verdict = _worse(verdict, Verdict.USABLE)
        reasons += picture.reasons
    if apart_s is not None and abs(apart_s) > limits.sound.apart_s:
        reasons.append(Reason.OUT_OF_STEP)
        verdict = _worse(verdict, Verdict.USABLE)
    if lost_share:
        reasons.append(Reason.SECONDS_LOST)
    if lost_share >= limits.sound.lost_share:
        verdict = _worse(verdict, Verdict.USABLE)
    if lost_share >= limits.sound.poor_lost_share:
        verdict = _worse(verdict, Verdict.POOR)
    return verdict, tuple(dict.fromkeys(reasons))


def _worse(*verdicts: Verdict) -> Verdict:
    return max(verdicts, key=lambda one: one.rank)


def best_of(tracks: Iterable[Track]) -> Track | None:
    """The track to play first: the best verdict, then the clearest voice."""
    return min(tracks, key=lambda one: (one.verdict.rank, -one.snr_db, one.index), default=None)
