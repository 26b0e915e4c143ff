"""What is read with one row: a statement over fifty tables takes longer to plan than to run."""

import pytest
from sqlalchemy.orm import Mapper, configure_mappers

import sud.models  # noqa: F401 - every class of the archive
from sud.db import Base

MOST = 16

configure_mappers()


def joins(mapper: Mapper, above: tuple[Mapper, ...] = ()) -> int:
    """How many tables are joined when one row of this class is read."""
    return sum(
        1 + joins(one.mapper, (*above, mapper))
        for one in mapper.relationships
        if one.lazy == "joined" and one.mapper not in above
    )


@pytest.mark.parametrize(
    "mapper", sorted(Base.registry.mappers, key=str), ids=lambda mapper: mapper.class_.__name__
)
def test_one_row_is_read_with_few_others(mapper):
    """What leads into another file of the archive is read after (`lazy="selectin"`), not with."""
    assert joins(mapper) <= MOST
