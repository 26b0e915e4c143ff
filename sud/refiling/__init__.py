"""Refiling: a claim that was filed before goes to the judge it went to then."""
