"""`observatory engine`: the local language model for any program, and what it does on this machine."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from observatory.cli.commands import _print
from observatory.errors import LLMUnavailable, ObservatoryError, PortInUse
from observatory.settings import Settings

if TYPE_CHECKING:
    from observatory.llm import Engine

_LOOK_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `observatory engine` can be told."""
    parser.add_argument("action", nargs="?", choices=("serve", "bench"), default="serve", help="serve is the default")
    parser.add_argument("--model", metavar="NAME", help="a downloaded model; without it the one of the settings")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; without it one that is free")
    parser.add_argument("--draft", metavar="off|ngram|NAME", help="speculative decoding: n-grams or a smaller model")
    parser.add_argument("--anyway", action="store_true", help="measure although other programs are busy")


def engine(arguments: argparse.Namespace) -> None:
    """Serve the language model to any OpenAI client until Ctrl-C, or measure what it does on this machine."""
    from observatory.llm import models

    settings = Settings.from_env()
    settings = replace(settings, engine_draft=arguments.draft or settings.engine_draft)
    name = arguments.model or settings.model
    if name == "auto":
        name = models.best_model(settings.models)
    file = models.path(name, settings.models)
    if arguments.action == "bench":
        _bench(file, settings, arguments)
    else:
        _serve(file, settings, arguments)


def _bench(file: Path, settings: Settings, arguments: argparse.Namespace) -> None:
    from observatory.llm.bench import measure

    print("Measuring takes a few minutes …", file=sys.stderr)
    found = measure(file, settings, draft=settings.engine_draft, anyway=arguments.anyway)
    _print(found.to_dict(), found.table(), as_json=arguments.json)


def _serve(file: Path, settings: Settings, arguments: argparse.Namespace) -> None:
    from observatory.llm import Engine

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    engine = Engine(file, settings, port=_free_port(arguments.port))
    engine.start()
    try:
        while engine.status().state == "starting" and not ended.wait(_LOOK_SECONDS):
            continue
        if not ended.is_set():
            _tell(engine, as_json=arguments.json)
        while not ended.wait(_LOOK_SECONDS):
            _raise_if_down(engine)
    finally:
        engine.stop()


def _free_port(port: int) -> int:
    """The port, or one that is free: a server that starts again keeps its address."""
    if not 0 <= port < 2**16:
        raise ObservatoryError(f"There is no port {port}.", "Ports are numbers from 1 to 65535.")
    try:
        with socket.create_server(("127.0.0.1", port)) as free:
            return int(free.getsockname()[1])
    except OSError as exc:
        raise PortInUse(f"The engine cannot listen on port {port}.", "Choose another one with --port.") from exc


def _tell(engine: Engine, *, as_json: bool) -> None:
    _raise_if_down(engine)
    with engine.answering() as client:
        url, key = client.base_url, client.api_key
    told = {"base_url": url, "api_key": key, **engine.live().to_dict()}
    readable = f"""\
{engine.status().detail} Ctrl-C stops it.

  model  {engine.config.name}
  url    {url}
  key    {key}

From Python:  openai.OpenAI(base_url="{url}", api_key="{key}")
In the shell: curl {url}/chat/completions -H "Authorization: Bearer {key}" \\
                -d '{{"messages": [{{"role": "user", "content": "Say hello."}}]}}'"""
    _print(told, readable, as_json=as_json)
    sys.stdout.flush()


def _raise_if_down(engine: Engine) -> None:
    status = engine.status()
    if status.state == "down":
        raise LLMUnavailable(status.detail, "See `observatory models list`.")
