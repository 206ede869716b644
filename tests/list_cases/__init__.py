"""Dirty graduation lists: what is wrong with each, and what a registrar is told."""
