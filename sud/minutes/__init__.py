"""The room of minutes: signed minutes of hearings, and the parties' remarks on them."""
