"""Questions to models: NumPy functions on their arrays, and nothing else to load."""
