"""Measurements: ratios taken side by side in one run, never a test that can fail by the clock."""
