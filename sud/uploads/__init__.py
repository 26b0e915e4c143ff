"""Files on their way in: sent piece by piece over any line, whole or not at all, then used once."""
