"""Court papers: plain facts to PDF bytes, one module for each family of papers.

Every function that prints takes a frozen record and gives `facts.Printed`: the PDF, and the places
kept free in it for signatures. Words come from `documents.wording`, the sheet from `sheet`.
"""
