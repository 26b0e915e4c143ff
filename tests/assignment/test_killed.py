"""kill -9 at any line of a contributor: it neither reveals twice nor skips an epoch."""

import json
import subprocess
import sys


def test_killed_at_every_line():
    done = subprocess.run(
        [sys.executable, "-m", "tests.assignment.killing"],
        check=True,
        capture_output=True,
        text=True,
        timeout=280,
    )
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert [run for run in runs if run["wrong"]] == []
    assert len(runs) > 500  # each of so many lines was the last one once
    assert [run["died"] for run in runs].count(False) == 2  # and then there were no more lines
    assert sum(run["again"] < 0 for run in runs) > 200  # often the next start was cut as well
