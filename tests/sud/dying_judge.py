"""A process that issues an act and is killed when the signed paper is stored, before the commit.

Reads pickled facts (config, key of the act, judge) from its standard input: test_acts.py.
"""

import os
import pickle
import signal
import sys
from dataclasses import replace
from typing import Any

from recordings.bucket import BucketStore
from recordings.store import Stored
from sud.acts import service
from sud.db import make_sessions, unit
from sud.outside import real_outside


class _LastPaper(BucketStore):
    """Stores the prepared paper and the signed one, really, and takes the process with it."""

    puts = 0

    def put(self, *args: Any, **settings: Any) -> Stored:
        stored = super().put(*args, **settings)
        self.puts += 1
        if self.puts == 1:
            return stored
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


if __name__ == "__main__":
    facts = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - our own test wrote it
    config = facts["config"]
    outside = replace(
        real_outside(config),
        store=_LastPaper(
            endpoint=config.s3_endpoint,
            access_key=config.s3_access_key,
            secret_key=config.s3_secret_key,
            bucket=config.s3_bucket,
        ),
    )
    with unit(make_sessions(config.database_url)) as session:
        act = service.act_of_url(session, facts["judge"], facts["key"])
        if act is not None:
            service.issue(session, facts["judge"], act, outside=outside, now=outside.now())
