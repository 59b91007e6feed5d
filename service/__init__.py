"""Byline's interfaces: HTTP, chat clients, the web page and the command line, all over the desk."""
