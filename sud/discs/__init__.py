"""The room of discs: they come in, are read, and a person says of which hearings they are."""
