"""vidgist: the gist of any video."""

__version__ = "0.1.0"
