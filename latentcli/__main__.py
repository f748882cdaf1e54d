"""The program's beginning: the command ``latent``, and ``python -m latentcli``.

What is imported stays until the end, so looking for garbage meanwhile finds nothing; it would
take several milliseconds of a cold start.
"""

import gc


def main() -> None:
    """Load the command line, run it and end the process."""
    gc.disable()
    from latentcli.cli.app import main as run

    run()


if __name__ == "__main__":
    main()
