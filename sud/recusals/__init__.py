"""Recusals: judges who must not try a case leave it, by ruling or by law, and others are drawn."""
