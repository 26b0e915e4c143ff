"""Judicial acts: drafted by the judge of the case, issued once, never changed after."""
