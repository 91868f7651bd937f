"""Bytes to typed tables, kept in a catalog that survives restarts; the only part that knows DuckDB."""

from observatory.store.aligned import AlignedTable
from observatory.store.catalog import Store
from observatory.store.samples import Sample, samples
from observatory.store.table import StoredTable
from observatory.store.weighted import WeightedTable

__all__ = ["AlignedTable", "Sample", "Store", "StoredTable", "WeightedTable", "samples"]
