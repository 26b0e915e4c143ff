"""The roster room: who may be drawn on which day, on which order, and who is on duty."""
