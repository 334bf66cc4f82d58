"""One request, top to bottom: bytes in, bytes out. The only place that catches errors."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from senderdesk import access, due, forms, identifiers, sealing
from senderdesk.access import AccessKeys, Caller
from senderdesk.carrier import Carrier, read_secret
from senderdesk.contract import SERVICE, Operation
from senderdesk.database import Database, Rows
from senderdesk.database.sqlite import SqliteDatabase
from senderdesk.desk import phone_numbers, provisioning, uploads
from senderdesk.desk.agenda import Agenda
from senderdesk.desk.errands import Errand
from senderdesk.errors import (
    FaultyField,
    InternalServerException,
    ServiceError,
    ValidationException,
    field_name,
)
from senderdesk.limits import Limits
from senderdesk.operations import SERVED, Answer, Call, Desk, Served
from senderdesk.replay import canonical, forget_old, keep_refusal, keeps_refusal, replayed
from senderdesk.s3_source import S3Source, read_credentials
from senderdesk.settings import Settings
from senderdesk.signature import Trusting, Verifier
from senderdesk.sts import FORM, GET_CALLER_IDENTITY, QueryWire
from senderdesk.wire import JsonWire, Request, Response

for room in (
    "account", "associations", "attachments", "definitions", "field_values", "registrations", "tags", "versions",
    "sender_ids", "rcs_agents", "rcs_launches",
    "pools", "pool_members", "keywords", "opt_out_lists", "opted_out_numbers", "configuration_sets",
    "resource_policies",
    "phone_numbers", "number_offers",
):  # fmt: skip
    importlib.import_module(f"senderdesk.operations.{room}")

log = structlog.get_logger("senderdesk")


Wire = JsonWire | QueryWire


class Admitted(NamedTuple):
    """A request that has passed every check but those of the operation itself."""

    request: Request
    wire: Wire
    caller: Caller
    operation: Operation
    arguments: dict[str, Any]
    served: Served


class Service:
    """The operations of the service over one database. `now` gives epoch seconds."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        signatures: Verifier | Trusting,
        tokens: identifiers.NextTokens,
        now: Callable[[], float],
        errands: Mapping[str, Errand],
    ) -> None:
        self.database = database
        self.desk = desk
        self.agenda = Agenda(database, desk, errands, lambda: self.now())
        self.signatures = signatures
        self.tokens = tokens
        self.now = now
        self.served = dict(SERVED)
        identity = importlib.import_module("senderdesk.operations.account").get_caller_identity
        self.served[GET_CALLER_IDENTITY.name] = Served(identity, frozenset())
        self._json, self._query = JsonWire(SERVICE), QueryWire()

    def handle(self, request: Request) -> Response:
        """Answer one request. What it wrote is durable after the database's next commit."""
        admitted = self.admit(request)
        return admitted if isinstance(admitted, Response) else self.perform(admitted)

    def admit(self, request: Request) -> Admitted | Response:
        """The first half of `handle`, for which nothing need be written: who asks for what, and may they.

        Gives the refusal where it ends here.
        """
        wire = self._query if request.header(b"content-type").startswith(FORM) else self._json
        try:
            operation = wire.operation_of(request)
            request.trail["operation"] = operation.name
            caller = self.signatures.verify(request, operation.service)
            request.trail["account"] = caller.account
            self.desk.limits.take(caller.account, caller.region, operation.name)
            arguments = wire.decode(operation, request)
            access.authorize(caller, operation, arguments)
            return Admitted(request, wire, caller, operation, arguments, self._serving(operation))
        except Exception as error:
            return self._refusal(request, wire, error)

    def perform(self, admitted: Admitted) -> Response:
        """The second half: the operation itself, in one transaction."""
        transact = self.database.write if admitted.operation.writes else self.database.read
        try:
            return admitted.wire.answer(transact(lambda rows: self._answer(admitted, rows)))
        except ServiceError as error:
            return self._refusal(admitted.request, admitted.wire, self._kept(admitted, error))
        except Exception as error:
            return self._refusal(admitted.request, admitted.wire, error)

    def _kept(self, admitted: Admitted, error: ServiceError) -> Exception:
        """The refusal, kept for its ClientToken where that is due; should that fail, what failed."""
        _, _, caller, operation, arguments, _ = admitted
        if keeps_refusal(operation, arguments, error):
            try:
                self.database.write(lambda rows: keep_refusal(self._call(caller, rows), operation, arguments, error))
            except Exception as failure:
                return failure
        return error

    def _refusal(self, request: Request, wire: Wire, error: Exception) -> Response:
        """What `error` looks like from outside. What is no refusal of ours is logged, and tells nothing."""
        if not isinstance(error, ServiceError):
            log.error("internal error", exc_info=error, request_id=request.id, **request.trail)
            error = InternalServerException(request.id)
        request.trail["outcome"] = error.code
        return wire.refuse(request, error)

    def failure(self, request: Request) -> Response:
        """The answer where a commit failed after `perform`: nothing was done, and trying again is safe."""
        return self.refuse(request, InternalServerException(request.id))

    def refuse(self, request: Request, error: ServiceError) -> Response:
        """An answer for a request that never came as far as `handle`."""
        request.trail["outcome"] = error.code
        return self._json.refuse(request, error)

    def tidy(self) -> int:
        """Forget replayed answers that are too old to be asked for; gives how many. Part of the next commit."""
        return self.database.write(lambda rows: forget_old(rows, self.now()))

    def _serving(self, operation: Operation) -> Served:
        """What serves the operation. Raises ValidationException UNKNOWN_OPERATION where nothing does yet."""
        served = self.served.get(operation.name)
        if served is None:
            sentence = f"{operation.name} is in the service's model but not served here yet."
            raise ValidationException("UNKNOWN_OPERATION", sentence=sentence)
        return served

    def _answer(self, admitted: Admitted, rows: Rows) -> bytes:
        """The body of the answer, from this call or from the first one with its ClientToken."""
        _, wire, caller, operation, arguments, served = admitted
        call = self._call(caller, rows)
        return replayed(
            call, operation, arguments, lambda: self._called(call, operation, arguments, served), wire.encode
        )

    def _call(self, caller: Caller, rows: Rows) -> Call:
        # Milliseconds are the precision that AWS sends.
        return Call(caller.account, caller.region, caller.principal, round(self.now(), 3), rows, self.desk)

    def _called(self, call: Call, operation: Operation, arguments: dict[str, Any], served: Served) -> Answer:
        """Call the operation's function; next tokens are opened before it and sealed after it."""
        if unserved := arguments.keys() - served.members:
            fields = [FaultyField(field_name(name), "is not served here yet") for name in sorted(unserved)]
            raise ValidationException("INVALID_PARAMETER", fields)
        given = {operation.arguments[member]: value for member, value in arguments.items()}
        if "next_token" in given:
            given["next_token"] = self._opened(given["next_token"], call, operation, arguments)
        answer = served.function(call, **given)
        if "NextToken" in answer:
            question = _question(call, operation, arguments)
            answer["NextToken"] = self.tokens.seal(answer["NextToken"], question, call.now)
        return answer

    def _opened(self, token: str, call: Call, operation: Operation, arguments: dict[str, Any]) -> Any:
        try:
            return self.tokens.open(token, _question(call, operation, arguments), call.now)
        except ValueError as error:
            complaint = FaultyField("nextToken", "is not a token that this list gave for these parameters")
            raise ValidationException("INVALID_NEXT_TOKEN", [complaint]) from error


def _question(call: Call, operation: Operation, arguments: dict[str, Any]) -> str:
    """What a next token is bound to: who asks which list with which filters, but not how large a page."""
    asked = {name: value for name, value in arguments.items() if name not in ("NextToken", "MaxResults")}
    return f"{call.account}\0{call.region}\0{operation.name}\0{canonical(asked).decode()}"


def _catalogue(settings: Settings) -> forms.Catalogue:
    try:
        folder = Path(settings.forms_folder) if settings.forms_folder else None
        return forms.catalogue(folder, settings.forms_day)
    except ValueError as error:
        raise ValueError(f"--forms-folder {settings.forms_folder} cannot be served:\n{error}") from error


def open_service(settings: Settings, now: Callable[[], float] = time.time) -> Service:
    """Everything that `settings` ask for, put together. Raises ValueError that says what is wrong with them."""
    database = SqliteDatabase(settings.database_path)
    master_key = sealing.master_key(settings.master_key_path)
    desk = Desk(_catalogue(settings), Limits(settings.limits, time.monotonic), settings)
    signatures: Verifier | Trusting = Trusting()
    if settings.auth == "verify":
        keys = AccessKeys(database, master_key)
        keys.check()
        signatures = Verifier(keys.find, now, settings.clock_skew)
    return Service(database, desk, signatures, identifiers.NextTokens(master_key), now, _errands(settings))


def _errands(settings: Settings) -> dict[str, Errand]:
    """The work that needs the network, with those whom the operator named for it."""
    source = carrier = None
    if settings.s3_endpoint:
        credentials = read_credentials(Path(settings.s3_credentials)) if settings.s3_credentials else {}
        source = S3Source(settings.s3_endpoint, credentials)
    if settings.provisioner_url:
        secret = read_secret(Path(settings.provisioner_secret)) if settings.provisioner_secret else b""
        carrier = Carrier(settings.provisioner_url, secret)
    return {
        due.UPLOAD: uploads.errand(source),
        due.PROVISION: provisioning.errand(carrier),
        **phone_numbers.errands(carrier),
    }
