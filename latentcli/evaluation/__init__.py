"""Figures of merit: coherence and exclusivity of topics."""
