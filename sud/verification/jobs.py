"""The work of verification by the clock: papers are validated every night, stamped every year."""

from collections.abc import Callable

from sud.verification import lasting

JOBS: dict[str, Callable[..., None]] = {
    lasting.CHECK: lasting.check,
    lasting.RENEW: lasting.renew,
    lasting.FORGET: lasting.forget,
}
