"""Every manipulation that we know is told by its name, and none of them raises."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.signatures import CannotSignError, Finding, Reason, TestAuthority, Trust, kept
from tests.documents.forged import FORGERIES, HONEST, NEXT_YEAR, Forgery, Ground, known_as
from tests.documents.pki import running
from tests.documents.signed import NOW, annotated, reserved


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("forged")
    with running(folder / "others", NOW) as others:
        test = TestAuthority(folder / "test", now=NOW)
        yield Ground(test=test, others=others)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_is_told(ground: Ground, forgery: Forgery) -> None:
    paper, reader = forgery.make(ground), forgery.reader(ground)
    expected = ground.expected_of_both if forgery.of_both else ground.expected
    verdict = reader.validate(
        paper, now=forgery.now, expected=expected if forgery.kept is not None else None
    )
    assert forgery.told | (forgery.kept or set()) <= set(verdict.findings), verdict.findings
    assert verdict.blocking
    assert not verdict.good


@pytest.mark.parametrize(
    "forgery", [one for one in FORGERIES if not one.told], ids=lambda forgery: forgery.name
)
def test_only_what_was_kept_gives_these_away(ground: Ground, forgery: Forgery) -> None:
    """The signatures that are left are perfect: whoever keeps nothing cannot know."""
    assert ground.test.validate(forgery.make(ground), now=NOW).good


@pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.name)
def test_an_honest_paper_is_believed(ground: Ground, honest: Forgery) -> None:
    verdict = honest.reader(ground).validate(honest.make(ground), now=honest.now)
    assert verdict.good
    assert set(verdict.findings) == honest.told


def test_the_paper_that_was_kept_is_believed(ground: Ground) -> None:
    verdict = ground.test.validate(ground.both, now=NOW, expected=ground.expected_of_both)
    assert verdict.good
    assert verdict.findings == ()


def test_a_renewed_stamp_proves_what_has_ended_long_since(tmp_path: Path) -> None:
    """Signed in 2012 by an authority that ended in 2014, renewed in 2013 by another."""
    signed_at, renewed_at, today = (
        datetime(year, 3, 10, 9, tzinfo=UTC) for year in (2012, 2013, 2020)
    )
    with running(tmp_path / "ended", signed_at, years=(2010, 2014)) as ended:
        ground = Ground(test=TestAuthority(tmp_path / "test", now=today), others=ended)
        paper = ground.elsewhere().sign(reserved(), known_as("rsa"), now=signed_at)
        known = Trust.in_folder(ended.trust)
        lists = Trust.of((), ended.lists(renewed_at))
    heirs = TestAuthority(tmp_path / "test", now=today, besides=known.joined(lists))
    renewed = heirs.restamp(paper, now=renewed_at)
    assert renewed.startswith(paper)
    readers = TestAuthority(tmp_path / "test", now=today, besides=known)
    forgotten = readers.validate(paper, now=today)
    assert forgotten.blocking == (Finding.EXPIRED,)
    verdict = readers.validate(renewed, now=today)
    assert verdict.good, verdict.findings
    assert verdict.signatures[0].signed_at == signed_at
    assert forgotten.lasts_until is not None
    assert verdict.lasts_until is not None
    assert forgotten.lasts_until < today < verdict.lasts_until
    with pytest.raises(CannotSignError) as told:
        readers.restamp(paper, now=today)
    assert told.value.reason is Reason.PAPER_REFUSED


def test_both_states_of_a_renewed_paper_are_known(ground: Ground) -> None:
    renewed = ground.test.restamp(ground.one, now=NEXT_YEAR)
    after = kept(ground.test.validate(renewed, now=NEXT_YEAR), earlier=[ground.expected.sha256])
    assert ground.test.validate(renewed, now=NEXT_YEAR, expected=after).findings == ()
    copy = ground.test.validate(ground.one, now=NEXT_YEAR, expected=after)
    assert copy.good
    assert copy.findings == (Finding.EARLIER_COPY,)


def test_only_a_good_paper_gets_a_new_stamp(ground: Ground) -> None:
    for paper in (reserved(), annotated(ground.one), b"no paper"):
        with pytest.raises(CannotSignError) as told:
            ground.test.restamp(paper, now=NEXT_YEAR)
        assert told.value.reason is Reason.PAPER_REFUSED


def test_a_stranger_s_file_is_read_in_a_closed_process(ground: Ground, tmp_path: Path) -> None:
    """The same verdict, and no harm from a file that was made to do some."""
    file = tmp_path / "paper.pdf"
    for paper in (ground.both, annotated(ground.one)):
        file.write_bytes(paper)
        apart = ground.test.validate_file(file, now=NOW, expected=ground.expected_of_both)
        assert apart == ground.test.validate(paper, now=NOW, expected=ground.expected_of_both)
    file.write_bytes(b"no paper")
    assert ground.test.validate_file(file, now=NOW).findings == (Finding.UNREADABLE,)
