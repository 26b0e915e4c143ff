"""The parts every test may ask for: real servers, sessions, the application, signed-in clients."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from xdist.scheduler import LoadFileScheduling

from documents.signatures import TestAuthority
from recordings.bucket import BucketStore
from sud import migrations, strings
from sud.config import Config
from sud.db import Sessions, unit
from sud.identity import IdentityProvider
from sud.local.database import Databases, postgres
from sud.local.objects import StoreAddress, store
from sud.models import User
from sud.outside import Outside, defer_job
from sud.web import make_app
from tests.builders import Make
from tests.contributors import Contributors

MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""10:00 in Bishkek on a working Monday: the tests' now, unless a test moves it."""


ONE_HOUSE = (
    "tests/e2e/test_walk.py",
    "tests/e2e/test_draws.py",
    "tests/e2e/test_scans.py",
)
"""They walk in one house, which takes minutes to start: one process gets them all, in a row."""
LONG_FIRST = (
    *ONE_HOUSE,
    "tests/sud/test_local.py",
    "tests/sud/test_demonstration.py",
    "tests/sud/test_doors.py",
    "tests/sud/test_making.py",
    "tests/sud/test_publishing.py",
    "tests/recordings/test_restore.py",
    "tests/e2e/test_publication.py",
    "tests/e2e/test_player.py",
    "tests/e2e/test_uploads.py",
    "tests/assignment/test_killed.py",
)
"""A file that takes minutes and comes last keeps one of two processors waiting."""


class ByFileAndHouse(LoadFileScheduling):
    """Every file goes to one process as a whole, and the files of one house to the same."""

    def _split_scope(self, nodeid: str) -> str:
        path = super()._split_scope(nodeid)
        return ONE_HOUSE[0] if path in ONE_HOUSE else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileAndHouse:
    return ByFileAndHouse(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {path: place for place, path in enumerate(LONG_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONG_FIRST)))


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """What the house says in these tests is what its catalogues say now."""
    strings.compile_all()


@pytest.fixture(scope="session")
def var() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sud-tests-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


@pytest.fixture(scope="session")
def databases(var: Path) -> Iterator[Databases]:
    """One throw-away cluster a run, at the newest migration."""
    with postgres(var / "postgres", durable=False) as running:
        migrations.upgrade(running.owner_url)
        yield running


@pytest.fixture(scope="session")
def store_address(var: Path) -> Iterator[StoreAddress]:
    with store(var / "store") as address:
        yield address


@pytest.fixture(scope="session")
def config(var: Path, databases: Databases, store_address: StoreAddress) -> Config:
    return Config(
        database_url=databases.web_url,
        owner_database_url=databases.owner_url,
        s3_endpoint=store_address.endpoint,
        s3_access_key=store_address.access_key,
        s3_secret_key=store_address.secret_key,
        s3_bucket="tests",
        secret_key="only for tests",
        base_url="http://localhost",
        drop_folder=var / "drop",
        scratch_folder=var / "scratch",
        authority_dir=var / "authority",
        log_key_file=var / "log.key",
        demonstration=True,
    )


@contextmanager
def _connected(url: str) -> Iterator[Engine]:
    made = create_engine(url)
    try:
        yield made
    finally:
        made.dispose()


@pytest.fixture(scope="session")
def engine(config: Config) -> Iterator[Engine]:
    """One for the whole run: it remembers every statement that it has compiled."""
    with _connected(config.database_url) as made:
        yield made


@pytest.fixture(scope="session")
def owner(config: Config) -> Iterator[Engine]:
    """The way in of who owns the tables."""
    with _connected(config.owner_database_url) as made:
        yield made


@pytest.fixture
def sessions(engine: Engine) -> Iterator[Sessions]:
    """Sessions inside one outer transaction that the end of the test undoes."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        outer.rollback()


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    with sessions() as opened:
        yield opened


TABLES = """SELECT quote_ident(tablename) FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version'"""


ATTEMPTS = 5


@pytest.fixture
def own_sessions(config: Config, owner: Engine) -> Iterator[Sessions]:
    """Sessions that really commit, for races and crashes; the database is emptied after."""
    with _connected(config.database_url) as engine:
        yield sessionmaker(engine, expire_on_commit=False)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _empty(owner)
        except OperationalError as error:
            # A process that outlives the test may still be writing its last rows.
            if attempt == ATTEMPTS or not isinstance(error.orig, DeadlockDetected):
                raise
        else:
            break


def _empty(owner: Engine) -> None:
    """Delete every row, only where there are any: to truncate all tables takes a second."""
    with owner.begin() as connection:
        names = connection.scalars(text(TABLES)).all()
        any_row = (f"SELECT '{name}' WHERE EXISTS (TABLE {name})" for name in names)
        filled = connection.scalars(text(" UNION ALL ".join(any_row))).all()
        if not filled:
            return
        # What is insert-only has a guard against being emptied; the owner takes it off.
        for name in filled:
            connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        # In one statement: what refers to what is looked at when it is over.
        emptied = (f"t{place} AS (DELETE FROM {n})" for place, n in enumerate(filled))  # noqa: S608
        connection.execute(text(f"WITH {', '.join(emptied)} SELECT"))
        for name in filled:
            connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))


@dataclass(slots=True)
class Mailbox:
    """Keeps what was sent; the real SMTP way is walked by the browser test."""

    letters: list[dict[str, str]] = field(default_factory=list)

    def send(self, *, to: str, subject: str, text: str) -> None:
        self.letters.append({"to": to, "subject": subject, "text": text})


@dataclass(slots=True)
class Time:
    """The tests' clock."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(scope="session")
def bucket(config: Config) -> BucketStore:
    objects = BucketStore(
        endpoint=config.s3_endpoint,
        access_key=config.s3_access_key,
        secret_key=config.s3_secret_key,
        bucket=config.s3_bucket,
    )
    objects.ensure_bucket()
    return objects


@pytest.fixture(scope="session")
def authority(config: Config) -> TestAuthority:
    return TestAuthority(config.authority_dir, now=MONDAY)


@pytest.fixture
def identity() -> IdentityProvider | None:
    """The state's identity provider: none, unless a test brings one."""
    return None


@pytest.fixture
def outside(
    bucket: BucketStore,
    authority: TestAuthority,
    mailbox: Mailbox,
    time: Time,
    tmp_path: Path,
    identity: IdentityProvider | None,
) -> Outside:
    return Outside(
        store=bucket,
        mailer=mailbox,
        signer=authority,
        now=time,
        defer=defer_job,
        drop_folder=tmp_path / "drop",
        scratch=tmp_path / "scratch",
        identity=identity,
        secret=b"only for tests",
    )


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for the whole run, whichever application shows them."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def own_app(
    config: Config, outside: Outside, sessions: Sessions, compiled: FileSystemBytecodeCache
) -> Flask:
    """An application of the test's own, which it may add to."""
    made = make_app(config, outside=outside, sessions=sessions)
    made.jinja_env.bytecode_cache = compiled
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return made


@pytest.fixture(scope="session")
def built(config: Config, engine: Engine) -> Flask:
    """One for the whole run, as in a court: to build it for each test takes half a second."""
    nowhere: Any = object()  # every test brings its own world
    made = make_app(config, outside=nowhere, sessions=sessionmaker(engine))
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return made


@pytest.fixture
def app(built: Flask, outside: Outside, sessions: Sessions) -> Iterator[Flask]:
    """The application in this test's world; what the test changes of it is put back."""
    house, settings = built.extensions["sud"], dict(built.config)
    built.extensions["sud"] = replace(house, outside=outside, sessions=sessions)
    yield built
    built.extensions["sud"] = house
    built.config.clear()
    built.config.update(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor who has not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], FlaskClient]:
    """A client on which this account is signed in, without going through the page."""

    def signed_in(user: User) -> FlaskClient:
        visitor = app.test_client()
        with visitor.session_transaction() as cookie:
            cookie["_user_id"] = f"{user.id}.{user.session_stamp}"
            cookie["_fresh"] = True
        return visitor

    return signed_in


@pytest.fixture
def make(session: Session, time: Time) -> Make:
    """Builders of cases, judges, people...: sensible defaults, flushed and returned."""
    return Make(session, time)


@pytest.fixture
def contributors(session: Session, config: Config, time: Time) -> Contributors:
    """The log of draws begun, and its three contributors, who answer when the test lets them."""
    return Contributors(session, config, time)


@pytest.fixture
def run_jobs(sessions: Sessions, outside: Outside) -> Callable[[], list[str]]:
    """Run every queued job in order, as the worker would; return their names."""
    from sud.worker import all_jobs

    def run() -> list[str]:
        ran: list[str] = []
        while True:
            with unit(sessions) as session:
                row = session.execute(
                    text(
                        "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT id FROM"
                        " procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 1)"
                        " RETURNING id, task_name, args"
                    )
                ).first()
            if row is None:
                return ran
            all_jobs()[row.task_name](sessions, outside, **row.args)
            with unit(sessions) as session:
                session.execute(
                    text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = :id"),
                    {"id": row.id},
                )
            ran.append(row.task_name)

    return run
