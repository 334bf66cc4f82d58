"""What registrations do, told a second time: a model in plain dictionaries, to hold the service against.

An operation of the model gives the answer in wire names, or raises `Refused` with what the refusal must say. Times are
epoch seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.registration_rules import (
    ATTACHMENT,
    BECOMES,
    FIELDS,
    IN_REVIEW,
    KIND,
    LINKS,
    MEMBER_OF,
    NAME,
    OVER,
    REASON_OF,
    SETTLES,
    TITLES,
    VETTING,
    Answer,
    Refused,
    Ways,
    allowed,
    arn,
    conflict,
    fits,
    invalid,
    lower,
)

Registration = dict[str, Any]
Version = dict[str, Any]


class World:
    """All accounts, and the desk's list of what is due."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.now = 0.0
        self.registrations: dict[tuple[str, str], Registration] = {}
        self.attachments: dict[tuple[str, str], Answer] = {}
        self.due: dict[tuple[str, str, str], float] = {}

    # What a caller can reach.

    def find(self, account: str, name: str) -> Registration:
        if (account, name) not in self.registrations:
            raise Refused("ResourceNotFoundException", ResourceType=KIND, ResourceId=name)
        return self.registrations[account, name]

    def find_attachment(self, account: str, name: str) -> Answer:
        if (account, name) not in self.attachments:
            raise Refused("ResourceNotFoundException", ResourceType=ATTACHMENT, ResourceId=name)
        return self.attachments[account, name]

    def own(self, account: str) -> list[Registration]:
        return [self.registrations[key] for key in sorted(self.registrations) if key[0] == account]

    # Registrations.

    def create(self, account: str, name: str, kind: str) -> Answer:
        self.registrations[account, name] = {
            "account": account, "name": name, "type": kind, "status": "CREATED", "created": self.now,
            "versions": [], "approved": None, "denied": None, "links": {},
        }  # fmt: skip
        self._open(self.registrations[account, name])
        return self.told(account, name)

    def told(self, account: str, name: str) -> Answer:
        one = self.find(account, name)
        told = {
            "RegistrationArn": arn(account, KIND, name),
            "RegistrationId": name,
            "RegistrationType": one["type"],
            "RegistrationStatus": one["status"],
            "CurrentVersionNumber": len(one["versions"]),
            "CreatedTimestamp": one["created"],
        }
        for member, key in (("ApprovedVersionNumber", "approved"), ("LatestDeniedVersionNumber", "denied")):
            if one[key] is not None:
                told[member] = one[key]
        return told

    def delete(self, account: str, name: str) -> Answer:
        one = self.find(account, name)
        self._check("delete", one)
        behaviours = {LINKS[one["type"], kind][1] for kind in one["links"].values()}
        bound = "DISASSOCIATE_ALL_ALLOWS_DELETE_REGISTRATION" in behaviours or (
            "DISASSOCIATE_ALL_CLOSES_REGISTRATION" in behaviours and one["status"] == "COMPLETE"
        )
        if bound or any(name in other["links"] for other in self.own(account)):
            raise conflict("RESOURCE_NOT_EMPTY", KIND, name)
        told = {**self.told(account, name), "RegistrationStatus": "DELETED"}
        del self.registrations[account, name]
        return told

    # Versions.

    def create_version(self, account: str, name: str) -> Answer:
        one = self.find(account, name)
        self._check("create_version", one)
        before = newest(one)
        version = self._open(one)
        if self.ways.copies:
            version["values"] = dict(before["values"])
        return self._version_told(one, whole=True)

    def discard(self, account: str, name: str) -> Answer:
        one = self.find(account, name)
        self._check("discard", one)
        self._enter(newest(one), "DISCARDED")
        verdicts = [SETTLES[version["status"]] for version in one["versions"] if version["status"] in SETTLES]
        one["status"] = verdicts[-1] if verdicts else "CREATED"
        return self._version_told(one, whole=True)

    def submit(self, account: str, name: str, aws_review: bool) -> Answer:
        one = self.find(account, name)
        if newest(one)["status"] in IN_REVIEW and one["status"] != "CLOSED":
            raise conflict("REGISTRATION_ALREADY_SUBMITTED", KIND, name)
        self._check("submit", one)
        needed = [
            other for (kind, other), how in LINKS.items() if (kind, how[0]) == (one["type"], "ASSOCIATE_BEFORE_SUBMIT")
        ]
        if set(needed) - set(one["links"].values()) or (self.ways.refuses and self._findings(one)):
            raise conflict("SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED", KIND, name)
        self._enter(newest(one), "SUBMITTED")
        one["status"] = "SUBMITTED"
        newest(one)["aws_review"] = aws_review
        self._schedule(one, "intake")
        return {**self._version_told(one, whole=True), "AwsReview": aws_review}

    def versions_told(self, account: str, name: str, statuses: Iterable[str] | None = None) -> Answer:
        one = self.find(account, name)
        versions = [
            self._version_told(one, number)
            for number, version in enumerate(one["versions"], 1)
            if statuses is None or version["status"] in statuses
        ]
        return {"RegistrationArn": arn(account, KIND, name), "RegistrationId": name, "RegistrationVersions": versions}

    def _open(self, one: Registration) -> Version:
        version: Version = {"values": {}, "turned_down": {}, "reasons": [], "moments": {}, "aws_review": False}
        one["versions"].append(version)
        self._enter(version, "DRAFT")
        return version

    def _enter(self, version: Version, status: str) -> None:
        version["status"] = status
        version["moments"][status] = self.now

    def _version_told(self, one: Registration, number: int = 0, whole: bool = False) -> Answer:
        number = number or len(one["versions"])
        version = one["versions"][number - 1]
        told: Answer = {
            "VersionNumber": number,
            "RegistrationVersionStatus": version["status"],
            "RegistrationVersionStatusHistory": {
                status.title().replace("_", "") + "Timestamp": at
                for status, at in version["moments"].items()
                if status != "REQUIRES_OFFLINE_REVIEW"
            },
        }
        if whole:
            told |= {"RegistrationArn": arn(one["account"], KIND, one["name"]), "RegistrationId": one["name"]}
        elif version["reasons"]:
            told["DeniedReasons"] = [TITLES[code] for code in version["reasons"]]
        return told

    def _check(self, event: str, one: Registration, version: Version | None = None) -> None:
        if not allowed(event, (version or newest(one))["status"], one["status"]):
            raise conflict(REASON_OF.get(event, "RESOURCE_MODIFICATION_NOT_ALLOWED"), KIND, one["name"])

    # Field values.

    def put(self, account: str, name: str, path: str, member: str, value: Any) -> Answer:
        one, kind = self._editable(account, name, path)
        if member != MEMBER_OF[kind]:
            raise invalid("INVALID_PARAMETER", lower(member))
        if kind == "ATTACHMENT":
            if self.find_attachment(account, value)["AttachmentStatus"] != "UPLOAD_COMPLETE":
                raise conflict("RESOURCE_NOT_ACTIVE", ATTACHMENT, value)
        elif not fits(value):
            raise invalid("INVALID_PARAMETER", lower(member))
        newest(one)["values"][path] = {member: value}
        return self._value_told(one, path, {member: value})

    def delete_value(self, account: str, name: str, path: str) -> Answer:
        one, _ = self._editable(account, name, path)
        if FIELDS[one["type"]][path][1] == "REQUIRED":
            raise invalid("REGISTRATION_FIELD_CANNOT_BE_DELETED", "fieldPath")
        return self._value_told(one, path, newest(one)["values"].pop(path, {}))

    def values_told(self, account: str, name: str, number: int | None = None, section: str | None = None) -> Answer:
        one = self.find(account, name)
        number = number or len(one["versions"])
        if number > len(one["versions"]):
            raise invalid("UNKNOWN_REGISTRATION_VERSION", "versionNumber")
        paths = FIELDS[one["type"]]
        if section is not None and section not in {path.partition(".")[0] for path in paths}:
            raise invalid("UNKNOWN_REGISTRATION_SECTION", "sectionPath")
        version = one["versions"][number - 1]
        values = []
        for path in paths:
            verdict = {"DeniedReason": version["turned_down"][path]} if path in version["turned_down"] else {}
            value = version["values"].get(path, {})
            if (value or verdict) and section in (None, path.partition(".")[0]):
                values.append({"FieldPath": path, **value, **verdict})
        told = {"RegistrationArn": arn(account, KIND, name), "RegistrationId": name, "VersionNumber": number}
        return {**told, "RegistrationFieldValues": values}

    def _editable(self, account: str, name: str, path: str) -> tuple[Registration, str]:
        one = self.find(account, name)
        self._check("edit", one)
        if path not in FIELDS[one["type"]]:
            raise invalid("UNKNOWN_REGISTRATION_FIELD", "fieldPath")
        return one, FIELDS[one["type"]][path][0]

    def _value_told(self, one: Registration, path: str, value: Answer) -> Answer:
        return {
            "RegistrationArn": arn(one["account"], KIND, one["name"]),
            "RegistrationId": one["name"],
            "VersionNumber": len(one["versions"]),
            "FieldPath": path,
            **value,
        }

    def _findings(self, one: Registration) -> dict[str, str]:
        """What the form has against the newest version: a code for each field."""
        values, found = newest(one)["values"], {}
        for path, (kind, requirement) in FIELDS[one["type"]].items():
            large = "LARGE" in values.get("company.kind", {}).get("SelectChoices", ())
            if path not in values:
                if requirement == "REQUIRED":
                    found[path] = "MISSING_REQUIRED_FIELD"
                elif requirement == "CONDITIONAL" and large:
                    found[path] = "MISSING_CONDITIONAL_FIELD"
            elif requirement == "CONDITIONAL" and not large:
                found[path] = "CONDITIONAL_FIELD_NOT_ALLOWED"
            elif kind == "ATTACHMENT":
                paper = self.attachments.get((one["account"], values[path]["RegistrationAttachmentId"]))
                if paper is None or not paper["small_png"]:
                    found[path] = "INVALID_FIELD_VALUE"
        return found

    # Attachments.

    def create_attachment(self, account: str, name: str, small_png: bool, url: str | None) -> Answer:
        told = {
            "RegistrationAttachmentArn": arn(account, ATTACHMENT, name),
            "RegistrationAttachmentId": name,
            "AttachmentStatus": "UPLOAD_IN_PROGRESS",
            "CreatedTimestamp": self.now,
        }
        self.attachments[account, name] = {**told, "small_png": small_png, "url": url}
        self.due[account, "upload", name] = self.now + self.ways.upload
        return told

    def attachment_told(self, account: str, name: str) -> Answer:
        paper = self.find_attachment(account, name)
        told = {member: value for member, value in paper.items() if member not in ("small_png", "url")}
        return told | ({"AttachmentUrl": paper["url"]} if paper["url"] else {})

    def delete_attachment(self, account: str, name: str) -> Answer:
        told = self.attachment_told(account, name)
        for one in self.own(account):
            for version in one["versions"]:
                used = any(value.get("RegistrationAttachmentId") == name for value in version["values"].values())
                if used and version["status"] not in (*OVER, "ARCHIVED"):
                    raise conflict("RESOURCE_DELETION_NOT_ALLOWED", ATTACHMENT, name)
        del self.attachments[account, name]
        self.due.pop((account, "upload", name), None)
        told.pop("AttachmentUrl", None)
        return {**told, "AttachmentStatus": "DELETED"}

    # Associations.

    def associate(self, account: str, name: str, other_name: str) -> Answer:
        one = self.find(account, name)
        other = self.find(account, other_name)
        link = LINKS.get((one["type"], other["type"]))
        if link is None:
            raise invalid("INVALID_REGISTRATION_ASSOCIATION", "resourceId")
        self._check(link[0], one)
        if other["type"] in one["links"].values():
            raise conflict("RESOURCE_ALREADY_ASSOCIATED", KIND, other_name)
        one["links"][other_name] = other["type"]
        told = self.links_told(account, name)
        (link_told,) = [each for each in told.pop("RegistrationAssociations") if each["ResourceId"] == other_name]
        return told | link_told

    def links_told(self, account: str, name: str) -> Answer:
        one = self.find(account, name)
        return {
            "RegistrationArn": arn(account, KIND, name),
            "RegistrationId": name,
            "RegistrationType": one["type"],
            "RegistrationAssociations": [
                {"ResourceArn": arn(account, KIND, other), "ResourceId": other, "ResourceType": kind}
                for other, kind in one["links"].items()
            ],
        }

    # The desk.

    def act(self, one: Registration, event: str, version: Version | None = None, codes: Iterable[str] = ()) -> None:
        """Let an event of the desk happen to a version, the newest one unless another is given."""
        version = version or newest(one)
        self._check(event, one, version)
        status, becomes = BECOMES[event]
        if event == "approve":
            if one["approved"] is not None and one["versions"][one["approved"] - 1]["status"] == "APPROVED":
                self._enter(one["versions"][one["approved"] - 1], "ARCHIVED")
            one["approved"] = len(one["versions"])
            if one["type"] == NAME:
                becomes = "PROVISIONING"
                self._schedule(one, "provision")
        if event == "deny":
            version["reasons"] = list(dict.fromkeys(codes))
            one["denied"] = len(one["versions"])
        if status != version["status"]:
            self._enter(version, status)
        one["status"] = becomes

    def work(self) -> None:
        """What is due now, the oldest first; what that makes due at once comes after all of it."""
        while waiting := sorted(
            (at, subject, kind, account) for (account, kind, subject), at in self.due.items() if at <= self.now
        ):
            for _, subject, kind, account in waiting:
                del self.due[account, kind, subject]
                if kind == "upload":
                    self._finish(self.attachments[account, subject])
                else:
                    name, number = subject.split("/")
                    one = self.registrations.get((account, name))
                    if one and len(one["versions"]) == int(number):
                        _STEPS[kind](self, one)

    def _schedule(self, one: Registration, kind: str) -> None:
        self.due[one["account"], kind, f"{one['name']}/{len(one['versions'])}"] = self.now + self.ways.step

    def _finish(self, paper: Answer) -> None:
        paper["AttachmentStatus"] = "UPLOAD_FAILED" if paper["url"] else "UPLOAD_COMPLETE"
        if paper["url"]:
            paper["AttachmentUploadErrorReason"] = "INTERNAL_ERROR"

    def _take_in(self, one: Registration) -> None:
        if newest(one)["status"] != "SUBMITTED":
            return
        found = self._findings(one)
        codes = list(found.values())
        for name in one["links"]:
            if self.find(one["account"], name)["status"] != "COMPLETE":
                codes.append("BRAND_UNVERIFIED")
            vettings = [
                other for other in self.own(one["account"]) if other["type"] == VETTING and name in other["links"]
            ]
            if one["type"] != VETTING and any(vetting["status"] in IN_REVIEW for vetting in vettings):
                codes.append("WAIT_TO_RESUBMIT_REGISTRATION")
        if codes:
            self.act(one, "deny", codes=codes)
            newest(one)["turned_down"] = found
        elif newest(one)["aws_review"]:
            self.act(one, "start_aws_review")
            self._schedule(one, "aws_review")
        else:
            self._start_review(one, "SUBMITTED")

    def _start_review(self, one: Registration, waiting: str = "AWS_REVIEWING") -> None:
        if newest(one)["status"] == waiting:
            self.act(one, "start_review")
            if self.ways.auto:
                self._schedule(one, "decide")

    def _decide(self, one: Registration) -> None:
        if newest(one)["status"] == "REVIEWING":
            self.act(one, "approve")

    def _provision(self, one: Registration) -> None:
        if (newest(one)["status"], one["status"]) == ("APPROVED", "PROVISIONING"):
            one["status"] = "COMPLETE"


_STEPS: dict[str, Callable[[World, Registration], None]] = {
    "intake": World._take_in,
    "aws_review": World._start_review,
    "decide": World._decide,
    "provision": World._provision,
}


def newest(one: Registration) -> Version:
    return one["versions"][-1]  # type: ignore[no-any-return]
