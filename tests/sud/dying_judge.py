"""A process that signs and is killed when the signed paper is stored, before the commit.

Reads pickled facts from its standard input: config, judge, and the key of the act that he issues
alone (test_acts.py) or of the sheet that he signs with others (test_signing.py).
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
from sud.signing import service as signing


class _LastPaper(BucketStore):
    """Stores so many papers, really, and takes the process with the last."""

    puts = 0
    papers = 0

    def put(self, *args: Any, **settings: Any) -> Stored:
        stored = super().put(*args, **settings)
        self.puts += 1
        if self.puts < self.papers:
            return stored
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


if __name__ == "__main__":
    facts = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - our own test wrote it
    config = facts["config"]
    store = _LastPaper(
        endpoint=config.s3_endpoint,
        access_key=config.s3_access_key,
        secret_key=config.s3_secret_key,
        bucket=config.s3_bucket,
    )
    # An act is stored as it was prepared, and as it was signed; a sheet was prepared before.
    store.papers = 1 if "sheet" in facts else 2
    outside = replace(real_outside(config), store=store)
    with unit(make_sessions(config.database_url)) as session:
        if "sheet" in facts:
            sheet = signing.sheet_of_url(session, facts["judge"], facts["sheet"])
            assert sheet is not None
            signing.sign(session, facts["judge"], sheet, ending=service.ENDING, outside=outside)
        act = service.act_of_url(session, facts["judge"], facts["key"])
        if act is not None:
            service.issue(session, facts["judge"], act, outside=outside, now=outside.now())
