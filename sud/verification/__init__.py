"""Verification: tells anybody whether a court issued a printed paper, and whether it stands."""
