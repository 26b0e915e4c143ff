"""The treasury room: what a claim costs, and how that was reckoned."""
