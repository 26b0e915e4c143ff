"""Cases: registered, found, read and worked on."""
