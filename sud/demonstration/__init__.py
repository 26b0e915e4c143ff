"""The demonstration court: fictional people whose cases walk through the real rooms."""

from sud.demonstration.loading import accounts_file, load

__all__ = ["accounts_file", "load"]
