"""The engine of a site: takes chunks in hand, calls their targets, scores the answers, hands back outcomes."""

from .chunks import Chunk, ChunkFailure
from .counts import counts_of
from .engine import Engine

__all__ = ["Chunk", "ChunkFailure", "Engine", "counts_of"]
