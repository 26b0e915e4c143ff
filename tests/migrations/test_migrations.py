"""Migrations: numbered, one head, up from nothing, down and up again, equal to the models."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, MetaData, Table, create_engine, delete, insert, select, text
from sqlalchemy import table as clause
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range

from sud import migrations
from sud.local.database import Databases, postgres
from tests.structure.source import ROOT

FILES = sorted((ROOT / "sud/migrations/versions").glob("*.py"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, var: Path) -> Iterator[Databases]:
    with postgres(var / "migrations", durable=False) as running:
        yield running


def test_are_numbered_in_one_line() -> None:
    numbers = [path.name[:4] for path in FILES]
    assert numbers == [f"{place:04d}" for place in range(1, len(FILES) + 1)]
    for before, path in zip([None, *numbers], FILES, strict=False):
        found = re.search(r"^down_revision = (.*)$", path.read_text(), re.MULTILINE)
        assert found is not None
        assert found[1].strip("'\"") == str(before)


def test_up_down_and_up_again(empty: Databases) -> None:
    migrations.upgrade(empty.owner_url)
    migrations.check(empty.owner_url)
    migrations.downgrade(empty.owner_url, "base")
    engine = create_engine(empty.owner_url)
    with engine.connect() as connection:
        left = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
    engine.dispose()
    assert left == ["alembic_version"]
    migrations.upgrade(empty.owner_url)
    migrations.check(empty.owner_url)


def test_sources_keep_their_words_up_and_down(empty: Databases) -> None:
    migrations.upgrade(empty.owner_url)
    migrations.downgrade(empty.owner_url, "0006")
    engine = create_engine(empty.owner_url)
    told = "Resolution No. 159 of 15 April 2019, p. 1(1) (two acts, 2026; a news site)"
    kept = f"{told}; Code No. 90 of 10 August 2018 (general knowledge)"
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO case_kinds (code, prefix, name_ky, name_ru, name_en, valid_from,"
                " source, confidence, edited_by_hand)"
                " VALUES ('civil', '', '', '', '', '2022-06-10', 'acts', 'H', false)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO users (id, key, login, password_hash, display_name, email, language,"
                " active, session_stamp, fictional, created_at)"
                " VALUES (1, gen_random_uuid(), '', '', '', '', 'ky', true, 0, true, now())"
            )
        )
        connection.execute(
            text(
                "INSERT INTO duty_rates (claim_kind, price_from, fixed, basis_points, minimum,"
                " valid_from, source, confidence, edited_by_hand)"
                " VALUES ('order', 0, 100, 0, 0, '2022-06-10', :told, 'H', false)"
            ),
            {"told": told},
        )
        connection.execute(
            text(
                "INSERT INTO filings (key, state, user_id, kind_code, language, text, duty_sheet,"
                " created_at, submissions, return_note, fictional, version)"
                " VALUES (gen_random_uuid(), 'draft', 1, 'civil', 'ky', '',"
                " jsonb_build_object('amount', 100, 'source', CAST(:kept AS text)),"
                " now(), 0, '', false, 1)"
            ),
            {"kept": kept},
        )
    migrations.upgrade(empty.owner_url)
    act = "Resolution No. 159 of 15 April 2019, p. 1(1)"
    both = f"{act}; Code No. 90 of 10 August 2018"
    with engine.begin() as connection:
        assert connection.execute(
            text("SELECT source_ky, source_ru, source_en, note FROM duty_rates")
        ).one() == (act, act, act, "two acts, 2026; a news site")
        assert connection.execute(text("SELECT source_en, note FROM case_kinds")).one() == (
            "",
            "acts",
        )
        assert connection.scalar(text("SELECT duty_sheet FROM filings")) == {
            "amount": 100,
            "source": {"ky": both, "ru": both, "en": both},
        }
    migrations.downgrade(empty.owner_url, "0006")
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT source FROM duty_rates")) == told
        assert connection.scalar(text("SELECT source FROM case_kinds")) == "acts"
        assert connection.scalar(text("SELECT duty_sheet->>'source' FROM filings")) == both
        for table in ("filings", "users", "case_kinds", "duty_rates"):
            connection.execute(delete(clause(table)))
    engine.dispose()
    migrations.upgrade(empty.owner_url)


def test_recordings_of_before_get_a_disc_of_their_own(empty: Databases) -> None:
    migrations.upgrade(empty.owner_url)
    migrations.downgrade(empty.owner_url, "0022")
    engine = create_engine(empty.owner_url)
    with engine.begin() as connection:
        row(connection, "courts", code="zh")
        row(connection, "cases", state="registered", seq=1)
        row(connection, "recordings", state="reading", source_name="day.iso",
            source_prefix="masters/x/", source_sha256="ab", source_bytes=5)  # fmt: skip
        row(connection, "renditions")
    migrations.upgrade(empty.owner_url)
    with engine.begin() as connection:
        disc = connection.execute(
            text(
                "SELECT discs.name, prefix, sha256, size, courts.code, discs.state"
                " FROM discs JOIN courts ON courts.id = court_id"
                " JOIN hearings ON hearings.id = hearing_id"
            )
        ).one()
        assert disc == ("day.iso", "masters/x/", "ab", 5, "zh", "kept")
        assert connection.execute(text("SELECT state, problem FROM recordings")).one() == (
            "failed",
            "store_failed",
        )
    migrations.downgrade(empty.owner_url, "0022")
    with engine.begin() as connection:
        assert connection.execute(
            text("SELECT source_name, source_sha256, source_bytes FROM recordings")
        ).one() == ("day.iso", "ab", 5)
    engine.dispose()
    migrations.downgrade(empty.owner_url, "base")
    migrations.upgrade(empty.owner_url)


def row(connection: Connection, name: str, **facts: Any) -> None:
    """Insert a row as the table stands now; what it demands and nobody gave is filled in.

    What it must refer to is taken as it is, or made in the same way.
    """
    table = Table(name, MetaData(), autoload_with=connection)
    blank: dict[type, Any] = {
        UUID: uuid4,
        datetime: lambda: datetime.now(UTC),
        date: lambda: datetime.now(UTC).date(),
    }
    for column in table.columns:
        if column.nullable or column.server_default or column.name in {"id", *facts}:
            continue
        if column.foreign_keys:
            parent = next(iter(column.foreign_keys)).column
            anyone = select(parent).limit(1)
            if connection.scalar(anyone) is None:
                row(connection, parent.table.name)
            facts[column.name] = connection.scalar(anyone)
        elif isinstance(column.type, TSTZRANGE):
            facts[column.name] = Range(empty=True)
        else:
            kind = column.type.python_type
            facts[column.name] = blank.get(kind, kind)()
    connection.execute(insert(table).values(**facts))


def test_the_working_role_owns_nothing(databases: Databases) -> None:
    engine = create_engine(databases.web_url)
    with engine.connect() as connection:
        owned = connection.scalars(
            text("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
        ).all()
        guarded = connection.execute(
            text(
                "SELECT t, has_table_privilege(t, 'INSERT'), has_table_privilege(t, 'UPDATE'),"
                " has_table_privilege(t, 'DELETE'), has_table_privilege(t, 'TRUNCATE')"
                " FROM unnest(ARRAY['journal', 'log_entries']) AS t"
            )
        ).all()
    engine.dispose()
    assert owned == []
    assert guarded == [
        ("journal", True, False, False, False),
        ("log_entries", True, False, False, False),
    ]


def test_the_owner_cannot_rewrite_the_journal_either(databases: Databases) -> None:
    engine = create_engine(databases.owner_url)
    with engine.connect() as connection:
        for table in ("journal", "log_entries"):
            with pytest.raises(Exception, match="insert-only"):
                connection.execute(text(f"TRUNCATE {table} CASCADE"))
            connection.rollback()
    engine.dispose()
