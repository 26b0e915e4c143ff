"""Runs the whole house on one machine: `python -m sud.local`, which is what `make run` does.

The two embedded servers are context managers for anybody: the tests use the same ones.
"""

from sud.local.database import Databases, postgres
from sud.local.objects import StoreAddress, store
from sud.local.processes import StartError

__all__ = ["Databases", "StartError", "StoreAddress", "postgres", "store"]
