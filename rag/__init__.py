"""Byline's core: ingests articles and answers questions with citations, independent of any web framework."""
