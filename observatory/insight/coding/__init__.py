"""Chart code that a model or a person wrote: generated, run by a callable, repaired, and read for what it means."""
