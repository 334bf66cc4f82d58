"""Everything the service may refuse with: one class per exception of the model, and the signature errors of AWS.

    ServiceError
    ├── ValidationException · ConflictException · ResourceNotFoundException · ServiceQuotaExceededException
    ├── ThrottlingException · AccessDeniedException · InternalServerException            (in the model)
    ├── SerializationException · RequestEntityTooLargeException                          (before the model)
    └── MissingAuthenticationTokenException · IncompleteSignatureException ·
        InvalidSignatureException · UnrecognizedClientException                          (who is calling)

An error has a code, an HTTP status and the members that stand at the top level of the body. Status codes: API
reference of SubmitRegistrationVersion; 400 for all but InternalServerException.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class FaultyField(NamedTuple):
    """One entry of ValidationException's Fields: the member's name in lower camel case, and what is wrong with it."""

    name: str
    message: str


def field_name(member: str) -> str:
    """A member as the service was seen to name fields: TextValue is reported as textValue."""
    return member[:1].lower() + member[1:]


class ServiceError(Exception):
    """A refusal that a client may read. `members` are the modelled members beside Message."""

    status = 400

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members = members

    @property
    def code(self) -> str:
        """The exception's name, as SDKs read it from `__type`."""
        return type(self).__name__


class ValidationException(ServiceError):
    """The request itself is wrong. `fields` names every faulty member."""

    def __init__(self, reason: str, fields: Sequence[FaultyField] = (), sentence: str = "") -> None:
        # The tail Reason="…" Fields="…" is seen in the wild; the words before it are not.
        # ASSUMED: validation messages open like those of conflicts do.
        names = ",".join(dict.fromkeys(field.name for field in fields))
        message = f'Validation Exception Occurred - Reason="{reason}"' + (f' Fields="{names}"' if names else "")
        members: dict[str, Any] = {"Reason": reason}
        if fields:
            members["Fields"] = [{"Name": field.name, "Message": field.message} for field in fields]
        super().__init__(f"{message} {sentence}".rstrip(), **members)


class ConflictException(ServiceError):
    """The state of a resource does not allow this. `sentence` says more where more is known."""

    def __init__(self, reason: str, resource_type: str, resource_id: str, sentence: str = "") -> None:
        message = f'Conflict Occurred - Reason="{reason}" ResourceType="{resource_type}" ResourceId="{resource_id}"'
        super().__init__(
            f"{message} {sentence}".rstrip(),
            Reason=reason,
            ResourceType=resource_type,
            ResourceId=resource_id,
        )


class ResourceNotFoundException(ServiceError):
    """No such resource in the caller's account and Region, whether or not another account has it."""

    def __init__(self, resource_type: str, resource_id: str) -> None:
        # ASSUMED: not-found messages follow the form of conflict messages.
        super().__init__(
            f'Resource Not Found - ResourceType="{resource_type}" ResourceId="{resource_id}"',
            ResourceType=resource_type,
            ResourceId=resource_id,
        )


class ServiceQuotaExceededException(ServiceError):
    """A quota of limits.toml is used up."""

    def __init__(self, reason: str) -> None:
        # ASSUMED: quota messages follow the form of conflict messages.
        super().__init__(f'Service Quota Exceeded - Reason="{reason}"', Reason=reason)


class ThrottlingException(ServiceError):
    """Too many requests a second for this operation; SDKs wait and try again."""

    def __init__(self) -> None:
        super().__init__("Rate exceeded")


class AccessDeniedException(ServiceError):
    """The key's policy does not allow the action. Plain policy denials carry no Reason."""

    def __init__(self, principal: str, action: str) -> None:
        super().__init__(f"{principal} is not allowed to perform {action}")


class InternalServerException(ServiceError):
    """Our fault. Says nothing of what happened inside; the request id leads to the log."""

    status = 500

    def __init__(self, request_id: str) -> None:
        super().__init__("The service met an unexpected error; try again", RequestId=request_id)


def again(code: str, message: str, members: dict[str, Any]) -> ServiceError:
    """The same refusal once more, of one of the classes above, from what it said the first time."""
    kind = next(one for one in ServiceError.__subclasses__() if one.__name__ == code)
    error = kind.__new__(kind)
    ServiceError.__init__(error, message, **members)
    return error


# ASSUMED: what is refused before the model, and the signature errors below, are named and given status 400 as other
# awsJson services do; for this one no such answer is published.
class SerializationException(ServiceError):
    """The body is not JSON that the protocol allows, or a member is not of its type."""


class RequestEntityTooLargeException(ServiceError):
    """The body is over the cap of its operation; it was not read."""

    status = 413


class MissingAuthenticationTokenException(ServiceError):
    """No Authorization header."""

    def __init__(self) -> None:
        super().__init__("Missing Authentication Token")


class IncompleteSignatureException(ServiceError):
    """The Authorization header, or X-Amz-Date, cannot be taken apart."""


class InvalidSignatureException(ServiceError):
    """The signature does not fit the request, the key, or the time."""


class UnrecognizedClientException(ServiceError):
    """No such access key, or a session token, which no key of ours has."""

    def __init__(self) -> None:
        super().__init__("The security token included in the request is invalid.")
