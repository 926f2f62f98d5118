"""The doors: HTTP and the command line. They compose everything and decide nothing."""
