"""The engine's process: llama.cpp's server, told what to do by one JSON line on stdin, gone when stdin closes.

Run as a file, so that it loads nothing but xllamacpp. It answers with one JSON line on stdout, `{"address"}` or
`{"error"}`.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
import threading
from typing import Any

_PR_SET_PDEATHSIG = 1
_TIMEOUT_SECONDS = 120
_CACHE_MIB = 256


def main() -> int:
    """Serve until stdin closes or the parent is gone."""
    answer = _own_stdout()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes stdin
    config = json.loads(sys.stdin.readline())
    _die_with_parent(int(config["parent"]))
    threading.Thread(target=_exit_at_end_of_stdin, daemon=True).start()
    os.nice(int(config["nice"]))
    try:
        xllamacpp: Any = importlib.import_module("xllamacpp")
        server = xllamacpp.Server(_params(xllamacpp.CommonParams(), config))
    except (ImportError, RuntimeError, OSError, ValueError) as exc:
        _say(answer, {"error": str(exc)})
        return 1
    _say(answer, {"address": server.listening_address})
    threading.Event().wait()
    return 0


def _params(params: Any, config: dict[str, Any]) -> Any:
    """llama.cpp's parameters: its defaults have no key, no token limit, any web origin, and 8 GiB of prompt cache."""
    params.model.path = config["model"]
    params.model_alias = {config["name"]}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [config["api_key"]]
    params.cors_origins, params.cors_credentials = "http://127.0.0.1", False
    params.ui, params.endpoint_slots, params.endpoint_props, params.endpoint_metrics = False, False, False, False
    params.timeout_read = params.timeout_write = _TIMEOUT_SECONDS
    params.n_predict = config["max_tokens"]
    params.n_ctx = config["context"]
    params.n_parallel, params.kv_unified, params.cont_batching = config["slots"], True, True
    params.cache_prompt, params.cache_ram_mib = True, _CACHE_MIB
    params.cpuparams.n_threads = config["threads"]
    params.cpuparams_batch.n_threads = config["batch_threads"]
    params.verbosity = 1
    return params


def _own_stdout() -> int:
    """A private copy of stdout; what the C++ code prints there goes to stderr instead."""
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer


def _say(answer: int, message: dict[str, str]) -> None:
    os.write(answer, json.dumps(message).encode() + b"\n")


def _die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _exit_at_end_of_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
