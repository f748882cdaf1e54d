"""One verb a file, callable from Python and from the command line alike."""
