"""Suites of questions and what scores them; it knows the desk and its types, never the service."""
