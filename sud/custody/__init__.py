"""Custody of recordings: how long they are kept, who may not hear what, and how they end."""
