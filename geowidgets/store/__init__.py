"""Geometry on disk: the only package that reads or writes a store."""

from geowidgets.schema import StoreError
from geowidgets.store.geometry_store import GeometryStore

__all__ = ["GeometryStore", "StoreError"]
