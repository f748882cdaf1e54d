"""Pages made from models, for people to look at."""

# Raised whenever ``pyldavis.page`` makes other bytes of the same model. A page says it near its
# beginning, so that one of an older latent is not taken for it. Here, so that to find a page is not
# to load what makes one.
PYLDAVIS_REVISION = 3
PYLDAVIS_MARK = f'<meta name="generator" content="latent, pyldavis {PYLDAVIS_REVISION}">'
