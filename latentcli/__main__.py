"""``python -m latentcli`` is ``latent``."""

from latentcli.cli.app import main

main()
