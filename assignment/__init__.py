"""The draw of judges: rule, randomness and proof, as plain data and plain functions.

The rule and every byte of the protocol ``kg-draw/1`` are told in ``README.md`` beside this file.
"""
