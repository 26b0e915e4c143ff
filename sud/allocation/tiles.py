"""The log as files for mirrors: a tile of hashes or a bundle of entries, and who cosigned what."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from assignment import tiles
from assignment.tiles import HEIGHT, Tile
from sud.allocation import log
from sud.models import Epoch, LogEntry, LogNode, Reveal


def content(session: Session, tile: Tile) -> bytes | None:
    """Return what is in a tile; None when the log does not reach so far."""
    size = log.size_of(session)
    if not tile.is_in(size):
        return None
    end = tile.start + tile.width
    if tile.level is None:
        return tiles.bundled(list(log.lines(session, tile.start, end)))
    if tile.level == 0:
        leaves = select(LogEntry.leaf).where(LogEntry.index >= tile.start, LogEntry.index < end)
        return b"".join(session.scalars(leaves.order_by(LogEntry.index)))
    nodes = select(LogNode.hash).where(
        LogNode.level == HEIGHT * tile.level, LogNode.place >= tile.start, LogNode.place < end
    )
    return b"".join(session.scalars(nodes.order_by(LogNode.place)))


def cosigned_checkpoint(session: Session, size: int, seed: bytes) -> str | None:
    """Return the checkpoint of a freeze, signed by the log and by whom it was shown to."""
    frozen = session.scalar(select(Epoch).where(Epoch.tree_size == size))
    genesis = log.genesis(session)
    if frozen is None or genesis is None:
        return None
    cosigned = (
        select(Reveal.cosignature)
        .where(Reveal.epoch_number == frozen.number)
        .order_by(Reveal.contributor)
    )
    signed = log.signed(log.checkpoint(session, genesis["origin"], size), seed)
    return signed + "".join(session.scalars(cosigned))
