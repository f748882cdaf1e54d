"""Models as arrays plus a vocabulary: what engines make and queries ask."""
