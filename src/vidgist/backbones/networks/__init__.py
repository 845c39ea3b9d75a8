"""Backbones that run by torch: their records, weights, networks, and export to ONNX.

Only `record` and `stored` may be imported where torch is not installed: listing the
backbones needs no more.
"""
