"""Judicial acts: drafted by the judge of the case, issued once, checked by anybody."""
