"""Pages made from models, for people to look at."""

# Raised whenever ``pyldavis.page`` makes other bytes of the same model, so that a cached page of
# an older latent is not taken for it. Here, so that to find a page is not to load what makes one.
PYLDAVIS_REVISION = 2
