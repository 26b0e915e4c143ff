"""The room of recordings: discs are handed in for hearings, made to play, and played."""
