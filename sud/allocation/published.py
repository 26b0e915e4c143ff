"""What is published beside the entries: keys, signed checkpoints, proofs that the log only grew."""

from sqlalchemy.orm import Session

from assignment import compose, tree
from assignment.verify import Trust
from sud.allocation import log


def trust(session: Session, seed: bytes) -> Trust:
    """Return what a verifier needs beside the log: name, keys, anchors, and a signed checkpoint."""
    state = log.read(session)
    return Trust(
        origin=state.origin,
        key=state.key,
        contributors=state.founders,
        checkpoint=log.signed(compose.checkpoint(state), seed),
    )


def signed_checkpoint(session: Session, seed: bytes) -> str | None:
    """Return the latest checkpoint under the log's signature; None before the log begins."""
    genesis = log.genesis(session)
    if genesis is None:
        return None
    return log.signed(log.checkpoint(session, genesis["origin"], log.size_of(session)), seed)


def growth_proof(session: Session, first: int, second: int) -> list[bytes] | None:
    """Prove that the log only grew between two sizes; None when it never had them."""
    if not 0 < first <= second <= log.size_of(session):
        return None
    return tree.consistency(first, second, log.node_reader(session))
