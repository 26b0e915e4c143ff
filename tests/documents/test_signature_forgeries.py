"""Every manipulation that we know is told by its name, and none of them raises."""

from collections.abc import Iterator

import pytest

from documents.signatures import TestAuthority
from tests.documents.forged import FORGERIES, HONEST, Forgery, Ground
from tests.documents.pki import running
from tests.documents.signed import NOW


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("forged")
    with running(folder / "others", NOW) as others:
        test = TestAuthority(folder / "test", now=NOW)
        yield Ground(test=test, others=others, folder=folder)


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
