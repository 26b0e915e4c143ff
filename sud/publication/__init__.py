"""Publication: acts without people's names, checked by a clerk, read by everybody."""
