from tests.factories.acting import acted

__all__ = ["acted"]
