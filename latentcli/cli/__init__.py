"""The command line: parse options, call one workflow, render the answer."""
