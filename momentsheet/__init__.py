"""Excel templates for data imports to Moment, and the engine that checks and converts them."""

__version__ = "0.1.0"
