"""File formats: our own artefact, and one file for each foreign format."""
