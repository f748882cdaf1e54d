"""The cache directory: runs, requests, names and "latest" pointers, locks, verification, gc."""
