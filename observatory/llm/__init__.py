"""Language models: the registry, the local engine, and one client for all of them."""

from observatory.llm import models
from observatory.llm.client import LLM, Message, OpenAIClient
from observatory.llm.engine import Engine
from observatory.llm.recording import RecordingLLM
from observatory.llm.scripted import ScriptedLLM
from observatory.llm.source import GivenLLM, NoLLM, Source, open_llm

__all__ = [
    "LLM",
    "Engine",
    "GivenLLM",
    "Message",
    "NoLLM",
    "OpenAIClient",
    "RecordingLLM",
    "ScriptedLLM",
    "Source",
    "models",
    "open_llm",
]
