"""What deploy/backup.md says of the database is tried: dumped, restored elsewhere, the same."""

import subprocess
from pathlib import Path

import psycopg

from sud import migrations
from sud.local import postgres
from sud.local.database import _binaries


def libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def test_a_dump_is_restored_into_an_empty_house(tmp_path: Path) -> None:
    programs = _binaries(tmp_path)
    dump = tmp_path / "sud.dump"
    with postgres(tmp_path / "old", durable=False) as old:
        migrations.upgrade(old.owner_url)
        with psycopg.connect(libpq(old.web_url)) as connection:
            connection.execute("INSERT INTO counters (series, last) VALUES ('ГД', 319)")
        subprocess.run(
            [programs / "pg_dump", "--format=custom", f"--file={dump}", libpq(old.owner_url)],
            check=True,
        )
    with postgres(tmp_path / "new", durable=False) as new:
        subprocess.run(
            [programs / "pg_restore", "--no-owner", f"--dbname={libpq(new.owner_url)}", dump],
            check=True,
        )
        migrations.check(new.owner_url)
        with psycopg.connect(libpq(new.web_url)) as connection:
            kept = connection.execute("SELECT series, last FROM counters").fetchall()
            assert kept == [("ГД", 319)]
