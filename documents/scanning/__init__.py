"""Paper into the file: cover sheets, scans split at them, blank and turned pages, recognised text.

What is scanned comes from outside: every look at it happens in bounds (`looking`, `binding` and
`reading` are such tasks), and `desk` is what the house calls.
"""
