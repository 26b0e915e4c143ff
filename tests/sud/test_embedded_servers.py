"""The database and the object store that we start ourselves."""

import io
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from recordings.bucket import BucketStore
from recordings.store import StoreError
from sud.local import StartError, postgres, store
from sud.local.database import Databases, _account, _binaries
from sud.local.objects import StoreAddress
from tests.sud.processes import until

STRANGER = 54_321
"""A user of this machine who is neither root nor ours."""


BOTH_SERVERS = """
import sys, time
from pathlib import Path
from sud.local import postgres, store

place = Path(sys.argv[1])
with postgres(place / "pg"), store(place / "store"):
    print("ready", flush=True)
    time.sleep(600)
"""


def libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def bucket(address: StoreAddress) -> BucketStore:
    return BucketStore(
        endpoint=address.endpoint,
        access_key=address.access_key,
        secret_key=address.secret_key,
        bucket="kept",
    )


def refused_to_strangers(*argv: str | Path) -> bool:
    answer = subprocess.run(argv, user=STRANGER, group=STRANGER, capture_output=True, check=False)
    return answer.returncode != 0


def postmaster(directory: Path) -> int:
    return int((directory / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_database_keeps_its_data_and_passwords(tmp_path: Path) -> None:
    with postgres(tmp_path / "pg") as first, psycopg.connect(libpq(first.owner_url)) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('өңү')")
    with postgres(tmp_path / "pg") as second, psycopg.connect(libpq(second.owner_url)) as again:
        assert again.execute("SELECT upper(word) FROM kept").fetchone() == ("ӨҢҮ",)
    # Where the directory is too deep for a socket, each start finds another place for it.
    for before, after in ((first.owner_url, second.owner_url), (first.web_url, second.web_url)):
        assert before.partition("?")[0] == after.partition("?")[0]


def test_database_listens_to_nobody_else(databases: Databases, var: Path) -> None:
    wrong = libpq(databases.web_url).replace("sud_web:", "sud_web:x")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    with psycopg.connect(libpq(databases.web_url)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE journal")
    for closed in ("data", "socket"):
        assert (var / "postgres" / closed).stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_strangers_reach_neither_data_nor_socket(
    databases: Databases, store_address: StoreAddress, var: Path
) -> None:
    del databases, store_address
    for place in ("postgres/data", "postgres/socket", "store", "store/data"):
        assert refused_to_strangers("ls", var / place)
    assert refused_to_strangers("cat", var / "postgres" / "passwords.json")
    assert not refused_to_strangers("ls", "/")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_as_root_a_closed_place_is_reached_by_one_capability(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "var").mkdir(parents=True)
    closed.chmod(0o700)
    account = _account(closed / "var" / "pg", _binaries(tmp_path))
    assert (account.uid, account.reach) == (65_534, "dac_read_search")
    with postgres(closed / "var" / "pg", durable=False) as databases:
        psycopg.connect(libpq(databases.web_url)).close()
        status = Path(f"/proc/{postmaster(closed / 'var' / 'pg')}/status").read_text()
    assert "Uid:\t65534" in status
    assert "CapEff:\t0000000000000004" in status


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_as_root_the_owner_of_a_closed_home_runs_the_database(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pwd.getpwuid", lambda _uid: object())
        home = Path(tempfile.gettempdir()) / f"sud-home-{os.getpid()}"
        home.mkdir(mode=0o700)
        os.chown(home, STRANGER, STRANGER)
        try:
            (home / "var").mkdir(mode=0o711)
            assert _account(home / "var" / "pg", _binaries(tmp_path)).uid == STRANGER
        finally:
            (home / "var").rmdir()
            home.rmdir()


def test_database_starts_after_it_was_killed(tmp_path: Path) -> None:
    place = tmp_path / "pg"
    with postgres(place) as databases:
        with psycopg.connect(libpq(databases.owner_url)) as connection:
            connection.execute("CREATE TABLE kept (word text)")
        os.kill(postmaster(place), signal.SIGKILL)
    assert (place / "data" / "postmaster.pid").exists()
    with postgres(place) as databases, psycopg.connect(libpq(databases.owner_url)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_database_forgets_a_stale_pid_that_belongs_to_another_process(tmp_path: Path) -> None:
    place = tmp_path / "pg"
    with postgres(place):
        pass
    pid_file = place / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{place / 'data'}\n")
    with postgres(place) as databases:
        psycopg.connect(libpq(databases.web_url)).close()


def test_database_takes_a_short_socket_where_its_own_path_is_too_long(tmp_path: Path) -> None:
    with postgres(tmp_path / ("deep" * 25) / "pg", durable=False) as databases:
        psycopg.connect(libpq(databases.web_url)).close()
        assert "deepdeep" not in databases.web_url


def test_database_of_an_unknown_version_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "pg" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(StartError, match="PostgreSQL 12"), postgres(tmp_path / "pg"):
        pass


def test_servers_die_with_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", BOTH_SERVERS, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "ready\n"
    parent.kill()
    parent.wait()
    until(lambda: not (tmp_path / "pg" / "data" / "postmaster.pid").exists(), "the database to end")
    with postgres(tmp_path / "pg") as databases, store(tmp_path / "store") as address:
        psycopg.connect(libpq(databases.web_url)).close()
        bucket(address).ensure_bucket()


def test_store_keeps_objects_keys_and_ports(tmp_path: Path) -> None:
    with store(tmp_path / "store") as first:
        bucket(first).ensure_bucket()
        bucket(first).put("a/b", io.BytesIO(b"words"))
    with store(tmp_path / "store") as second:
        assert bucket(second).get("a/b") == b"words"
    assert first == second


def test_store_takes_other_ports_when_its_own_are_taken(tmp_path: Path) -> None:
    import socket

    with store(tmp_path / "store") as first:
        bucket(first).ensure_bucket()
        bucket(first).put("a/b", io.BytesIO(b"words"))
    with socket.socket() as taken:
        host, _, port = first.endpoint.partition(":")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, int(port)))
        taken.listen()
        with store(tmp_path / "store") as second:
            assert second.endpoint != first.endpoint
            assert bucket(second).get("a/b") == b"words"


def test_store_answers_only_its_own_key(store_address: StoreAddress) -> None:
    stranger = StoreAddress(
        endpoint=store_address.endpoint, access_key=store_address.access_key, secret_key="guess"
    )
    with pytest.raises(StoreError):
        bucket(stranger).ensure_bucket()


def test_store_has_no_open_side_door(tmp_path: Path) -> None:
    """Its other servers want tokens and certificates: nobody else lists, reads or deletes."""
    import http.client
    import json

    with store(tmp_path / "store") as address:
        kept = bucket(address)
        kept.ensure_bucket()
        kept.put("a/b", io.BytesIO(b"words"))
        ports = json.loads((tmp_path / "store" / "ports.json").read_text())
        for name, port in ports.items():
            for verb, path in (("GET", "/buckets/kept/a/b"), ("DELETE", "/buckets/kept/a/b")):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                try:
                    connection.request(verb, path)
                    answer = connection.getresponse()
                    assert answer.status >= 400, (name, verb)
                    assert b"words" not in answer.read()
                except (OSError, http.client.HTTPException):
                    pass  # a door that does not open at all
                finally:
                    connection.close()
        assert kept.get("a/b") == b"words"
