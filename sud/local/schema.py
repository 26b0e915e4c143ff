"""Compares models and migrations, or writes the next migration, on a throw-away database."""

import sys
import tempfile
from pathlib import Path

from alembic.util import CommandError

from sud import migrations
from sud.local.database import postgres


def main(arguments: list[str]) -> int:
    """`check`, or `make "what changed"`."""
    message: str | None = None
    match arguments:
        case ["check"]:
            pass
        case ["make", words] if words:
            message = words
        case _:
            sys.stderr.write('usage: python -m sud.local.schema check | make "what changed"\n')
            return 2
    with (
        tempfile.TemporaryDirectory(prefix="sud-schema-") as directory,
        postgres(Path(directory) / "postgres", durable=False) as database,
    ):
        migrations.upgrade(database.owner_url)
        if message is not None:
            sys.stdout.write(f"{migrations.make(database.owner_url, message)}\n")
            return 0
        try:
            migrations.check(database.owner_url)
        except CommandError as error:
            sys.stderr.write(f"the models have drifted from the migrations: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
