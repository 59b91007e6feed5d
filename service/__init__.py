"""The borders of Byline: HTTP and the command line. They know the desk, and nothing behind it."""
