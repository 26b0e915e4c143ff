"""The shape of the house: what no single room's test would notice."""
