"""SHA-256 for short texts, such as manifests.

``hashlib`` loads OpenSSL, which takes longer than the scan of a cold query. Python brings an
implementation of its own too, as fast on a few kilobytes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        if sys.version_info >= (3, 12):
            from _sha2 import sha256
        else:
            from _sha256 import sha256
    except ImportError:
        from hashlib import sha256

__all__ = ["sha256"]
