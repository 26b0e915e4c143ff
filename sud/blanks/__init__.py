"""Blanks: the forms of the public, from the first question to a paper in hand or in a case."""
