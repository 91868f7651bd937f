"""The local engine: keeps one server process running, and says at any time how it is.

How many threads decode an answer depends on what other programs do. Every step of decoding waits for its slowest
thread, so on two cores two threads are fastest while both are free, and slower than one thread as soon as another
program has one of them; no setting of the server is good at both, and a running server cannot change the number.
Therefore a short look at the load decides at the start, and the server is started again with another number when the
load has been on the other side for half a minute, nothing is being answered, and the last such change is two minutes
ago (`tuning`). Prompts always use all cores. With `engine_threads` set, nothing is decided and nothing changed.
"""

from __future__ import annotations

import atexit
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from observatory.errors import LLMCancelled, LLMUnavailable
from observatory.llm.client import Message, OpenAIClient
from observatory.llm.engine_client import EngineClient
from observatory.llm.machine import OtherLoad, physical_cores, resident_bytes
from observatory.llm.meter import Meter
from observatory.llm.models import registry
from observatory.llm.prefixes import Act, Prefixes, prompt_text
from observatory.llm.process import ServerConfig, ServerProcess
from observatory.llm.recovery import draft_of, gentler
from observatory.llm.structured import OBEYS
from observatory.llm.tuning import Tuning, decode_threads
from observatory.llm.turns import Turns
from observatory.llm.wire import extra
from observatory.model import EngineLive, EngineStatus
from observatory.settings import Settings

_RESTART_SECONDS = (0.5, 2.0, 8.0, 30.0)  # the wait before each restart in a row; after the last one the engine is down
_STEADY_SECONDS = 60.0  # a server that ran this long may crash again without counting as "in a row"
_END_SECONDS = 1.0
_LOOK_SECONDS = 0.3  # at the load of other programs, before the first start
_SAMPLE_SECONDS = 5.0  # between looks at it from then on
_PATIENCE_SECONDS = 15.0  # an answer waits that long while the server starts again with other threads
_LONGEST_ANSWER = 2048
_LONGEST_QUEUE = 32
_QUEUE_SHARE = 2  # a question waits for its turn at most so many times as long as an answer may take
_AGAIN = "Ask again in a moment; until then texts come from templates."


class Engine:
    """Runs the model of a GGUF file on this machine; `start` returns at once, `wait` until it is ready or down.

    A crash is followed by a restart, with growing pauses; clients of the engine go on with the new process.
    """

    def __init__(
        self, model_path: Path, settings: Settings, *, slots: int = 4, threads: int | None = None, port: int = 0
    ) -> None:
        cores = settings.engine_threads or physical_cores()
        draft, self._note = draft_of(settings)
        self.config = ServerConfig(
            model=str(model_path),
            name=model_path.stem,
            context=settings.engine_context,
            threads=threads or cores,
            batch_threads=cores,
            slots=slots,
            max_tokens=_LONGEST_ANSWER,
            draft=draft,
            port=port,
            api_key=secrets.token_urlsafe(24),
        )
        self.meter = Meter()
        self._turns = Turns(slots, _LONGEST_QUEUE, _QUEUE_SHARE * settings.llm_timeout)
        self._prefixes = Prefixes(slots, (), lambda *_: None)
        self._restarts = 0
        self._adapts = not (threads or settings.engine_threads) and cores > 1
        self._tuning = Tuning(cores)
        self._retuning = False
        self._answers = 0
        self._timeout = settings.llm_timeout
        self._changed = threading.Condition(threading.RLock())
        self._status = EngineStatus("off", self.config.name, "The engine is not started.")
        self._stopped = threading.Event()
        self._supervisor: threading.Thread | None = None
        self._server: ServerProcess | None = None
        self._connection: OpenAIClient | None = None

    def start(self) -> None:
        """Start the server in the background; nothing happens if it is already running or starting."""
        with self._changed:
            if self._supervisor is not None and self._supervisor.is_alive():
                return
            self._stopped.clear()
            self._status = EngineStatus("starting", self.config.name, "The model is being loaded.")
            self._supervisor = threading.Thread(target=self._supervise, name="engine", daemon=True)
            self._supervisor.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the server and wait until it is gone; may be called again."""
        atexit.unregister(self.stop)
        self._stopped.set()
        supervisor, server = self._supervisor, self._server
        if server is not None:
            server.stop()
        if supervisor is not None and supervisor is not threading.current_thread():
            supervisor.join()
        self._become(EngineStatus("off", self.config.name, "The engine is stopped."))

    def status(self) -> EngineStatus:
        """How the engine is, at once."""
        return self._status

    def wait(self, timeout: float | None = None) -> EngineStatus:
        """The status, after waiting at most `timeout` seconds for the engine to be no longer starting."""
        with self._changed:
            self._changed.wait_for(lambda: self._status.state != "starting", timeout)
            return self._status

    def client(self) -> EngineClient:
        """A model client that stays valid when the server is restarted."""
        return EngineClient(self)

    def live(self) -> EngineLive:
        """What the engine is doing and what it was told."""
        known, pid = registry().get(self.config.name), self.pid
        return replace(
            self.meter.live(),
            model=self.config.name,
            quantization=known.quantization if known else None,
            resident=resident_bytes(pid) if pid else None,
            context=self.config.context,
            slots=self.config.slots,
            threads=self.config.threads,
            draft=Path(self.config.draft).stem,
            restarts=self._restarts,
            waiting=self._turns.waiting,
            answering=self._turns.answering,
        )

    @contextmanager
    def turn(self, messages: Sequence[Message]) -> Iterator[OpenAIClient]:
        """The client for one answer, once it is this asker's turn, at the slot that has read most of the question.

        Raises LLMUnavailable while the engine is not ready or the queue is full, and LLMCancelled.
        """
        self._running()
        text = prompt_text(messages)
        with ExitStack() as stack:
            try:
                slot = stack.enter_context(self._turns.turn(lambda free: self._prefixes.choose(text, free)))
            except (LLMCancelled, LLMUnavailable) as exc:
                self.meter.drop("cancelled" if isinstance(exc, LLMCancelled) else "failed")
                raise
            model = stack.enter_context(self.answering())
            stack.enter_context(extra(id_slot=slot))
            prefixes = self._prefixes
            prefixes.prepare(slot, text)
            try:
                yield model
            except BaseException:
                prefixes.forget(slot)
                raise
            prefixes.keep(slot, text)

    @contextmanager
    def answering(self) -> Iterator[OpenAIClient]:
        """The client of the server that runs now, for one answer; raises LLMUnavailable."""
        with self._changed:
            connection = self._running()
            self._answers += 1
        try:
            yield connection
        except LLMUnavailable as exc:
            if not self._has_ended(connection):
                raise
            raise LLMUnavailable("The engine stopped in the middle of the answer and starts again.", _AGAIN) from exc
        finally:
            with self._changed:
                self._answers -= 1

    @property
    def pid(self) -> int | None:
        """The process id of the server, if one runs."""
        return self._server.pid if self._server is not None and self._connection is not None else None

    def _running(self) -> OpenAIClient:
        """The client of the server that runs; waits while that is being replaced, and raises LLMUnavailable."""
        with self._changed:
            self._changed.wait_for(lambda: not self._retuning, _PATIENCE_SECONDS)
            if self._connection is None:
                raise LLMUnavailable(f"The engine cannot answer now: {self._status.detail}", _AGAIN)
            return self._connection

    def _has_ended(self, connection: OpenAIClient) -> bool:
        """Whether the server behind a connection that broke is gone; the status tells so from then on."""
        server = self._server
        if self._connection is connection and server is not None and not server.wait(_END_SECONDS):
            return False
        with self._changed:
            if self._connection is connection:
                self._become(EngineStatus("starting", self.config.name, "The engine starts again."))
        return True

    def _supervise(self) -> None:
        if self._adapts:
            load = OtherLoad()
            self._stopped.wait(_LOOK_SECONDS)
            self._use_threads(decode_threads(self.config.batch_threads, load.since_last()[1]))
        crashes = 0
        while not self._stopped.is_set():
            began = time.monotonic()
            end = self._run_once()
            if self._stopped.is_set():
                break
            if end is None:
                continue
            was_ready, reason = end
            self._restarts += 1
            if not was_ready and self._makes_do(reason):
                continue
            crashes = 1 if time.monotonic() - began > _STEADY_SECONDS else crashes + 1
            if not was_ready or crashes > len(_RESTART_SECONDS):
                self._become(EngineStatus("down", self.config.name, f"The engine cannot run: {reason}."))
                break
            self._become(EngineStatus("starting", self.config.name, f"The engine starts again: {reason}."))
            self._stopped.wait(_RESTART_SECONDS[crashes - 1])

    def _run_once(self) -> tuple[bool, str] | None:
        """Run a server until it ends: whether it ever was ready, and why it ended; None if it gave way to another."""
        try:
            server = self._server = ServerProcess(self.config)
        except OSError as exc:  # no memory, or too many processes
            return False, exc.strerror or str(exc)
        if self._stopped.is_set():
            server.stop()
        ready = server.wait_until_healthy()
        if ready:
            self._note_draft(server.refused_draft())
            name = self.config.name
            connection = OpenAIClient(f"{server.address}/v1", server.api_key, name, self._timeout, self.meter, OBEYS)
            self._prefixes = Prefixes(self.config.slots, server.copies, _copier(connection))
            self._become(EngineStatus("ready", name, f"The model is ready. {self._note}".rstrip()), connection)
            if self._adapts and self._gave_way(server):
                server.stop()
                return None
        server.wait()
        reason = server.last_words()
        server.stop()
        return ready, reason

    def _note_draft(self, why_not: str) -> None:
        if why_not and self.config.draft != "off":
            self.config = replace(self.config, draft="off")
            self._note = f"Speculative decoding is off: {why_not}."

    def _makes_do(self, reason: str) -> bool:
        """Whether the server may start if it is told to do without something."""
        less = gentler(self.config, reason)
        if less is not None:
            self.config, self._note = less
            self._become(EngineStatus("starting", self.config.name, self._note))
        return less is not None

    def _gave_way(self, server: ServerProcess) -> bool:
        """Watch the load until the server has ended, or has to give way to one with another number of threads."""
        load = OtherLoad(server.pid)
        while not server.ends_within(_SAMPLE_SECONDS):
            threads = self._tuning.advise(self.config.threads, *load.since_last())
            if threads != self.config.threads and self._closed_for_answers():
                self._tuning.changed()
                self._use_threads(threads)
                return True
        return False

    def _closed_for_answers(self) -> bool:
        """Whether nothing is being answered; if so, answers wait for the next server from then on."""
        with self._changed:
            if self._answers or self._stopped.is_set():
                return False
            detail = "The engine starts again, to suit what other programs do."
            self._become(EngineStatus("starting", self.config.name, detail))
            self._retuning = True
            return True

    def _use_threads(self, threads: int) -> None:
        self.config = replace(self.config, threads=threads)

    def _become(self, status: EngineStatus, connection: OpenAIClient | None = None) -> None:
        with self._changed:
            self._retuning = False
            self._status, self._connection = status, connection
            self._changed.notify_all()


def _copier(server: OpenAIClient) -> Act:
    def act(slot: int, action: str, name: str) -> None:
        server.post(f"/slots/{slot}?action={action}", filename=name)

    return act
