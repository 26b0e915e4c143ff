"""The room where judges are drawn: the public log, its epochs, and the pages that show them."""
