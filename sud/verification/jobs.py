"""The work of verification by the clock: papers are validated every night, stamped every year."""

from collections.abc import Callable

from sud.verification import handed_in, lasting

JOBS: dict[str, Callable[..., None]] = {
    lasting.CHECK: lasting.check,
    lasting.RENEW: lasting.renew,
    lasting.FORGET: lasting.forget,
    handed_in.CHECK: handed_in.check,
    handed_in.FORGET: handed_in.forget,
}
