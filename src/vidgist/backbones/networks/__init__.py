"""Backbones that run by torch: what a record of one is, its weights, its network, its export.

Only `record` and `stored` may be imported where torch is not installed: they are all that listing
the backbones needs.
"""
