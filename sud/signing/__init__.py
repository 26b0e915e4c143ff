"""Signing: who signs a paper in which order and in which way, until all have."""
