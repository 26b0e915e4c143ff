"""Filings: from a party's draft to a registered case, or back for correction."""
