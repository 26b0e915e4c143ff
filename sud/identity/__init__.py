"""The state's identity provider (ESI) by OpenID Connect: who somebody is, and what he confirms.

It speaks the protocol and nothing else: no tables, no pages, no clock of its own. What is asked is
in `provider`, the checks of what was signed in `tokens`, the line in `wire`.
"""

from sud.identity.provider import EsiProvider, Identified, IdentityProvider, Journey
from sud.identity.tokens import Fault, IdentityError, Statement, reread, statement_of

__all__ = [
    "EsiProvider",
    "Fault",
    "Identified",
    "IdentityError",
    "IdentityProvider",
    "Journey",
    "Statement",
    "reread",
    "statement_of",
]
