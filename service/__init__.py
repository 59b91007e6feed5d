"""The borders of Byline: HTTP, chat clients, the web page and the command line, over the desk alone."""
