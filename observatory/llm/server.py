"""The engine's process: llama.cpp's server, told what to do by one JSON line on stdin, gone when stdin closes.

Run as a file, so that it loads nothing but xllamacpp. It answers with one JSON line on stdout, `{"address"}` or
`{"error"}`; `copies` beside the address are names under which the state of a slot can be saved. A copy lies in memory
that is gone with the process, and not in a file.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
import threading
import time
from typing import Any

_PR_SET_PDEATHSIG = 1
_TIMEOUT_SECONDS = 120
_CACHE_MIB = 256
_COPIES = 4
_LOG_SECONDS = 0.2  # llama.cpp writes its log, which says what went wrong, in a thread of its own
_DRAFTED_TOKENS = 8
_NGRAM = 4  # tokens that must have been said before, for those that followed them to be proposed again
_SURE = 0.75  # the least probability at which a smaller model proposes a token


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
        params = _params(xllamacpp.CommonParams(), config)
        copies = _copies(params)
        _speculate(params, config["draft"], xllamacpp.common_speculative_type)
        server = xllamacpp.Server(params)
    except (ImportError, RuntimeError, OSError, ValueError) as exc:
        time.sleep(_LOG_SECONDS)
        _say(answer, {"error": str(exc)})
        return 1
    time.sleep(_LOG_SECONDS if config["draft"] != "off" else 0.0)
    _say(answer, {"address": server.listening_address, "copies": copies})
    threading.Event().wait()
    return 0


def _params(params: Any, config: dict[str, Any]) -> Any:
    """llama.cpp's parameters: its defaults have no key, no token limit, any web origin, and 8 GiB of prompt cache."""
    params.model.path = config["model"]
    params.model_alias = {config["name"]}
    params.hostnames, params.port = ["127.0.0.1"], config["port"]
    params.api_keys = [config["api_key"]]
    params.cors_origins, params.cors_credentials = "http://127.0.0.1", False
    params.ui, params.endpoint_slots, params.endpoint_props, params.endpoint_metrics = False, False, False, False
    params.timeout_read = params.timeout_write = _TIMEOUT_SECONDS
    params.n_predict = config["max_tokens"]
    params.n_ctx = config["context"]
    params.n_parallel, params.kv_unified, params.cont_batching = config["slots"], True, True
    params.cache_prompt, params.cache_ram_mib, params.cache_idle_slots = True, _CACHE_MIB, False
    params.cpuparams.n_threads = config["threads"]
    params.cpuparams_batch.n_threads = config["batch_threads"]
    params.verbosity = 1
    return params


def _copies(params: Any) -> list[str]:
    """Names of memory to save slots to; none where the system has no such memory."""
    if not hasattr(os, "memfd_create"):
        return []
    params.slot_save_path = "/proc/self/fd/"
    return [str(os.memfd_create(f"slot copy {n}")) for n in range(_COPIES)]


def _speculate(params: Any, draft: str, types: Any) -> None:
    """Have several tokens proposed at once, by what was said before (`ngram`) or by a smaller model (its path)."""
    if draft == "ngram":
        params.speculative.types = [types.COMMON_SPECULATIVE_TYPE_NGRAM_MAP_K]
        params.speculative.ngram_map_k.size_n, params.speculative.ngram_map_k.size_m = _NGRAM, _DRAFTED_TOKENS
    elif draft != "off":
        params.speculative.types = [types.COMMON_SPECULATIVE_TYPE_DRAFT_SIMPLE]
        params.speculative.draft.mparams.path = draft
        params.speculative.draft.n_max = _DRAFTED_TOKENS
        params.speculative.draft.p_min = _SURE
        params.speculative.draft.cpuparams.n_threads = params.cpuparams.n_threads
        params.speculative.draft.cpuparams_batch.n_threads = params.cpuparams_batch.n_threads


def _own_stdout() -> int:
    """A private copy of stdout; what the C++ code prints there goes to stderr instead."""
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer


def _say(answer: int, message: dict[str, Any]) -> None:
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
