"""The small model, downloaded once for real, and an engine that runs it."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import TCPServer

import pytest

from observatory.llm import Engine, models
from observatory.settings import Settings

SMALL = "smollm2-135m-instruct"


@pytest.fixture
def serve() -> Iterator[Callable[[TCPServer], TCPServer]]:
    """A function that lets a server that is made up answer, in a thread of its own, until the test ends."""
    running: list[tuple[TCPServer, threading.Thread]] = []

    def served(server: TCPServer) -> TCPServer:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return server

    yield served
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Where the small model lies: `OBSERVATORY_MODELS`, or `build/models` of the repository."""
    folder = Path(os.environ.get("OBSERVATORY_MODELS") or Path(__file__).parents[2] / "build" / "models")
    models.pull(SMALL, folder)
    return folder


@pytest.fixture(scope="session")
def engine_settings(models_folder: Path) -> Settings:
    return Settings(models=models_folder, model=SMALL, engine_context=2048, llm_timeout=120.0)


@pytest.fixture(scope="module")
def engine(engine_settings: Settings) -> Iterator[Engine]:
    engine = Engine(models.path(SMALL, engine_settings.models), engine_settings)
    engine.start()
    assert engine.wait(120).state == "ready"
    yield engine
    engine.stop()
