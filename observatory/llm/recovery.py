"""What the engine does without where it cannot have it: speculative decoding first, then some of its context."""

from __future__ import annotations

import re
from dataclasses import replace

from observatory.errors import LLMError, ModelNotFound
from observatory.llm import models
from observatory.llm.process import ServerConfig
from observatory.settings import Settings

_CONTEXTS = (4096, 1024)  # what is tried where memory does not hold the context that was asked for
_MEMORY = re.compile(r"memory|alloc|out of|signal (6|9|11)\b", re.IGNORECASE)


def draft_of(settings: Settings) -> tuple[str, str]:
    """How tokens are proposed: `off`, `ngram` or the path of a model's file; and a sentence where it cannot be as set.

    >>> draft_of(Settings(engine_draft="ngram"))
    ('ngram', '')
    >>> draft_of(Settings(engine_draft="gpt-5"))
    ('off', 'Speculative decoding is off: There is no model called “gpt-5”.')
    """
    name = settings.engine_draft
    if name in ("off", "ngram"):
        return name, ""
    try:
        return str(models.path(name, settings.models)), ""
    except (LLMError, ModelNotFound) as exc:
        return "off", f"Speculative decoding is off: {exc.message}"


def gentler(config: ServerConfig, reason: str) -> tuple[ServerConfig, str] | None:
    """What to try after a server that could not start, and how to say so; None where nothing else is left to try.

    >>> less, note = gentler(ServerConfig("m.gguf", "m", context=8192, threads=2, batch_threads=2), "out of memory")
    >>> less.context, note
    (4096, 'It keeps 4,096 tokens of context, for memory did not hold more.')
    """
    if config.draft != "off":
        why = (
            "with n-grams" if config.draft == "ngram" else "with this draft model, which must have the same vocabulary"
        )
        return replace(config, draft="off"), f"Speculative decoding is off: the engine does not start {why}."
    context = next((less for less in _CONTEXTS if less < config.context), None)
    if _MEMORY.search(reason) and context is not None:
        note = f"It keeps {context:,} tokens of context, for memory did not hold more."
        return replace(config, context=context), note
    return None
