"""`python -m tests.bench.suggestions`: how long the search box takes to offer words.

Published texts with invented words are copied until there are as many as asked; what is told is
the time of one question, once with a few texts and once with many,
in one run, so that the ratio says whether the time grows with what is published.
"""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from sud import migrations
from sud.local.database import postgres
from sud.publication import reading
from tests.builders import Make
from tests.sud.desk import Desk

ASKED = ("алим", "сотт", "карж", "кели", "өндү", "жүйө")
ROUNDS = 5
# Of the first text everything is kept but what has to differ, and what is asked for.
_COPIES = (
    """INSERT INTO acts SELECT (jsonb_populate_record(one, jsonb_build_object(
         'id', -n, 'key', gen_random_uuid(), 'code', 'copy ' || n, 'pdf_key', 'copy ' || n))).*
       FROM acts AS one, generate_series(CAST(:first AS int), :last) AS n
       WHERE one.id = (SELECT max(id) FROM acts)""",
    """INSERT INTO publications SELECT (jsonb_populate_record(one, jsonb_build_object(
         'id', -n, 'key', gen_random_uuid(), 'act_id', -n,
         'pdf_key', 'copy ' || n, 'state', 'published',
         'published_at', now() - n * interval '1 minute',
         'spans', jsonb_build_array(), 'search', array_to_tsvector(drawn.keys),
         'suggestions', drawn.plain))).*
       FROM publications AS one, generate_series(CAST(:first AS int), :last) AS n,
            LATERAL (
              SELECT array_agg('w' || translate(word, 'өүң', 'оун')) AS keys,
                     array_agg(word) AS plain
              FROM (SELECT DISTINCT (CAST(:roots AS text[]))[1 + (random() * 5)::int]
                      || left(md5(random()::text || n), 3) AS word
                    FROM generate_series(1, 12)) AS words) AS drawn
       WHERE one.id = (SELECT max(id) FROM publications)""",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=2_000)
    parser.add_argument("--many", type=int, default=40_000)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ais-suggestions-") as scratch,
        postgres(Path(scratch) / "postgres", durable=False) as databases,
    ):
        migrations.upgrade(databases.owner_url)
        engine = create_engine(databases.owner_url)
        with Session(engine) as session:
            first_text(session)
            told = {}
            for first, last in ((1, asked.few), (asked.few + 1, asked.many)):
                copied(session, first, last)
                told[last] = seconds(session)
                sys.stdout.write(f"{last} texts: {1000 * told[last]:.1f} ms a question\n")
        engine.dispose()
    ratio = told[asked.many] / told[asked.few]
    sys.stdout.write(f"{asked.many / asked.few:.0f} times the texts, {ratio:.1f} times the time\n")
    return 0


def first_text(session: Session) -> None:
    """Write one case, its act and the text of it that is being read for the public."""
    make = Make(session, lambda: datetime.now(UTC))
    Desk(session, make, outside=None).prepared()  # type: ignore[arg-type]
    session.commit()


def copied(session: Session, first: int, last: int) -> None:
    """Add published copies, each with its own words."""
    for statement in _COPIES:
        session.execute(text(statement), {"first": first, "last": last, "roots": list(ASKED)})
    session.commit()
    session.execute(text("ANALYZE acts, publications"))
    session.commit()


def seconds(session: Session) -> float:
    """Return how long a question takes, the median over beginnings and rounds."""
    taken = []
    for _ in range(ROUNDS):
        for beginning in ASKED:
            begun = time.perf_counter()
            if not reading.suggestions(session, beginning):
                raise AssertionError(f"nothing is offered for {beginning}")
            taken.append(time.perf_counter() - begun)
    return median(taken)


if __name__ == "__main__":
    sys.exit(main())
