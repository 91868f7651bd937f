"""Chart code that a language model or a person wrote: generated, run by a callable, repaired, and read for what it means."""
