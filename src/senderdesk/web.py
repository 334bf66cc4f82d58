"""The door: HTTP in front of the service. POST / is the API; beside it stand /health and /metrics."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import structlog
import uvicorn
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from senderdesk import __version__, logs
from senderdesk.connection import Connection, sweep
from senderdesk.errors import ServiceError, ValidationException
from senderdesk.service import Service
from senderdesk.settings import Settings
from senderdesk.turnstile import Turnstile
from senderdesk.wire import Request, Response

_TIDY_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_BACKLOG = 2048
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

log = structlog.get_logger("senderdesk")


class Door:
    """What connections ask: the API straight, everything else as an ASGI application."""

    def __init__(self, service: Service, turnstile: Turnstile) -> None:
        self._service = service
        self._turnstile = turnstile
        self._metrics = Metrics()
        self._log = logs.RequestLog()
        self._pages: dict[str, Callable[[], Response]] = {"/health": self._health, "/metrics": self._metrics.page}

    def ask(self, request: Request, respond: Callable[[Response], None]) -> None:
        """Answer one request to the API: what only reads at once, what writes when it is durable."""
        started = time.perf_counter()

        def done(response: Response) -> None:
            respond(response)
            self._record(request, response, time.perf_counter() - started)

        admitted = self._service.admit(request)
        if isinstance(admitted, Response):
            done(admitted)
        elif admitted.operation.writes:
            self._turnstile.ask(admitted, done)
        else:
            done(self._service.perform(admitted))

    def refuse(self, request: Request, error: ServiceError) -> Response:
        """Refuse a request to the API that is not even read."""
        response = self._service.refuse(request, error)
        self._record(request, response, 0.0)
        return response

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request for anything else."""
        request = Request(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])
        page = self._pages.get(scope["path"])
        if page and request.method in ("GET", "HEAD"):
            response = page()
        else:
            error = ValidationException("UNKNOWN_OPERATION", sentence="The API is POST / with an X-Amz-Target header.")
            error.status = 405 if page or scope["path"] == "/" else 404
            response = self.refuse(request, error)
        headers = [
            (b"content-type", response.content_type.encode()),
            (b"content-length", b"%d" % len(response.body)),
            (b"x-amzn-requestid", request.id.encode()),
        ]
        if response.status == 405:
            headers.append((b"allow", b"GET, HEAD" if page else b"POST"))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    def _record(self, request: Request, response: Response, seconds: float) -> None:
        trail = request.trail
        outcome = trail.setdefault("outcome", "ok")
        self._log.write(request.id, response.status, seconds, trail)
        self._metrics.count(trail.get("operation", "none"), outcome, seconds)

    def _health(self) -> Response:
        """Whether the database answers."""
        status, word = 200, "ok"
        try:
            self._service.database.read(lambda rows: rows.list_counters(account_id="", region=""))
        except Exception:
            log.exception("the database does not answer")
            status, word = 503, "the database does not answer"
        return Response(status, "application/json", json.dumps({"status": word, "version": __version__}).encode())


class Metrics:
    """What Prometheus reads at /metrics."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "senderdesk_requests",
            "Requests by operation and outcome",
            ["operation", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "senderdesk_request_seconds", "Time from the request to its answer", ["operation"],
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip

        self._series: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def count(self, operation: str, outcome: str, seconds: float) -> None:
        """Count one request. Both labels come from closed sets, never from a client."""
        series = self._series.get((operation, outcome))
        if series is None:
            series = self._requests.labels(operation, outcome), self._seconds.labels(operation)
            self._series[operation, outcome] = series
        series[0].inc()
        series[1].observe(seconds)

    def page(self) -> Response:
        """The page in Prometheus's text format."""
        return Response(200, CONTENT_TYPE_LATEST, generate_latest(self._registry))


class Server(uvicorn.Server):
    """uvicorn around one door, with deadlines for what comes in, and a word when it is ready."""

    def __init__(self, service: Service, settings: Settings, on_ready: Callable[[str], None]) -> None:
        self._service = service
        self._settings = settings
        self._on_ready = on_ready
        self.gave_up = False
        self._turnstile = Turnstile(service, give_up=self._give_up)
        door = Door(service, self._turnstile)
        protocol = type("Connection", (Connection,), {"api": door, "max_connections": settings.max_connections})
        super().__init__(
            uvicorn.Config(
                door,
                host=settings.host,
                port=settings.port,
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=int(settings.keep_alive),
                timeout_graceful_shutdown=int(settings.drain),
                ssl_certfile=settings.tls_cert or None,
                ssl_keyfile=settings.tls_key or None,
            )
        )

    def listen(self) -> socket.socket:
        """The socket to serve on. Raises ValueError where the address, the port or the TLS files cannot be used."""
        host, port = self._settings.host, self._settings.port
        try:
            self.config.load()
        except OSError as error:
            raise ValueError(f"--tls-cert and --tls-key cannot be used: {error}") from error
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise ValueError(f"--host {host} --port {port} cannot be listened on: {error.strerror}") from error

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.should_exit:
            return
        loop = asyncio.get_running_loop()
        sweep(self.server_state.connections, self._settings.receive_deadline, self._settings.keep_alive, loop)
        loop.call_later(_TIDY_SECONDS, self._tidy, loop)
        self._service.agenda.write = lambda work: loop.call_soon_threadsafe(self._turnstile.between_turns, work)
        self._turnstile.between_turns(self._service.agenda.resume)
        self._look_at_agenda(loop)
        port = self.servers[0].sockets[0].getsockname()[1]
        scheme = "https" if self._settings.tls_cert else "http"
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        self._on_ready(f"{scheme}://{host}:{port}")

    async def shutdown(self, sockets: Any = None) -> None:
        """Finish what is under way, then let go of the database."""
        await super().shutdown(sockets)
        self._service.agenda.close()
        self._turnstile.close()
        self._service.database.close()

    def _tidy(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once a minute, old answers go."""
        self._turnstile.between_turns(self._service.tidy)
        loop.call_later(_TIDY_SECONDS, self._tidy, loop)

    def _look_at_agenda(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ten times a second, what has become due is done: looking costs one look-up in an index."""
        if self.should_exit:
            return
        try:
            if self._service.agenda.is_due():
                self._turnstile.between_turns(self._service.agenda.work)
        except Exception:
            log.exception("the agenda cannot be read; it will be tried again")
        loop.call_later(_LOOK_SECONDS, self._look_at_agenda, loop)

    def _give_up(self) -> None:
        log.critical("the disk failed to keep a commit; stopping, so that a restart can recover what is durable")
        self.gave_up = True
        self.should_exit = True
