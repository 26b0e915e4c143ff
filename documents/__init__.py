"""Papers in and out of a court: intake, layout, wording, signatures and redaction.

Knows reportlab and pyHanko; does not know that the house exists.
"""
