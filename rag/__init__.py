"""Byline's engine: articles in, questions in, cited answers out. No framework lives here."""
