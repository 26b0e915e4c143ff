"""The registry room: courts, and the law as dated data."""
