"""Messy workbooks made from one good delivery: see `tests/test_messy.py`."""
