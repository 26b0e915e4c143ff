"""The recordings workshop: turns DVD rips into streams that play anywhere; knows no court."""
