"""Registrations filled as integrators fill them, what the desk is waited for to make of them, and its own acts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from senderdesk import progress
from senderdesk.desk import verdicts
from senderdesk.operations import Call
from senderdesk.operations.resources import find_registration
from tests.attachment_samples import picture, saved
from tests.conftest import ACCOUNT, REGION, TOLL_FREE, RunningDesk

BRAND = "US_TEN_DLC_BRAND_REGISTRATION"
VETTING = "US_TEN_DLC_BRAND_VETTING"
CAMPAIGN = "US_TEN_DLC_CAMPAIGN_REGISTRATION"
NOBODYS = "registration-" + "0" * 32
NOBODYS_ATTACHMENT = "attachment-" + "0" * 32

# Settings of a desk where nothing that it does by itself takes time.
QUICK: dict[str, Any] = {"pace": "instant", "upload_seconds": 0}

Value = str | list[str]
Answer = dict[str, Any]
T = TypeVar("T")

BRAND_VALUES: dict[str, Value] = {
    "companyInfo.companyName": "Blue Kettle Ltd",
    "companyInfo.taxIdIssuingCountry": "US",
    "companyInfo.taxId": "123456789",
    "companyInfo.legalType": ["PRIVATE_PROFIT"],
    "companyInfo.address": "1 Harbour Street",
    "companyInfo.city": "Portland",
    "companyInfo.state": "ME",
    "companyInfo.zipCode": "04101",
    "companyInfo.isoCountryCode": "US",
    "contactInfo.dbaName": "Blue Kettle",
    "contactInfo.vertical": ["RETAIL"],
    "contactInfo.website": "https://kettle.example",
    "contactInfo.supportEmail": "help@kettle.example",
    "contactInfo.supportPhoneNumber": "+12075550100",
}
CAMPAIGN_VALUES: dict[str, Value] = {
    "campaignInfo.campaignName": "Order updates that customers of the shop ask for at the checkout",
    "campaignInfo.vertical": ["RETAIL"],
    "campaignInfo.optInWorkflow": "Customers tick a box at the checkout that says what they will be sent.",
    "campaignInfo.optInMessage": "Blue Kettle: you will hear of your orders. Reply HELP or STOP.",
    "campaignInfo.helpMessage": "Blue Kettle: write to help@kettle.example.",
    "campaignInfo.stopMessage": "Blue Kettle: you will hear no more of us.",
    "campaignCapabilities.numberCapabilities": ["SMS"],
    "campaignUseCase.useCase": ["DELIVERY_NOTIFICATION"],
    "campaignUseCase.subscriberOptIn": ["Yes"],
    "campaignUseCase.subscriberOptOut": ["Yes"],
    "campaignUseCase.subscriberHelp": ["Yes"],
    "campaignUseCase.directLending": ["No"],
    "campaignUseCase.embeddedLink": ["No"],
    "campaignUseCase.embeddedPhone": ["No"],
    "campaignUseCase.ageGated": ["No"],
    "messageSamples.messageSample1": "Blue Kettle: your order 1234 has left our house.",
}
# All that a toll-free registration needs, but for its picture: messagingUseCase.optInImage.
TOLL_FREE_VALUES: dict[str, Value] = {
    "companyInfo.companyName": "Blue Kettle Ltd",
    "companyInfo.website": "https://kettle.example",
    "companyInfo.address1": "1 Harbour Street",
    "companyInfo.city": "Portland",
    "companyInfo.state": "ME",
    "companyInfo.zipCode": "04101",
    "companyInfo.isoCountryCode": "US",
    "companyInfo.businessType": ["PRIVATE_PROFIT"],
    "companyInfo.taxId": "123456789",
    "companyInfo.taxIdAuthority": ["EIN"],
    "companyInfo.taxIdCountry": "US",
    "contactInfo.firstName": "Noor",
    "contactInfo.lastName": "Example",
    "contactInfo.supportEmail": "help@kettle.example",
    "contactInfo.supportPhoneNumber": "+12075550100",
    "messagingUseCase.monthlyMessageVolume": ["1,000"],
    "messagingUseCase.useCaseCategory": ["DELIVERY_NOTIFICATIONS"],
    "messagingUseCase.useCaseDetails": "News of orders",
    "messagingUseCase.privacyPolicyUrl": "https://kettle.example/privacy",
    "messagingUseCase.termsAndConditionsUrl": "https://kettle.example/terms",
    "messagingUseCase.optInType": ["DIGITAL_FORM"],
    "messagingUseCase.optInDescription": "A box at the checkout",
    "messageSamples.messageSample1": "Your order has left our house",
}
VALUES_OF = {BRAND: BRAND_VALUES, VETTING: {}, CAMPAIGN: CAMPAIGN_VALUES, TOLL_FREE: TOLL_FREE_VALUES}

PICTURE = saved(picture(), "PNG")


def create(client: Any, registration_type: str = BRAND, **more: Any) -> str:
    """A new registration; gives its id."""
    name: str = client.create_registration(RegistrationType=registration_type, **more)["RegistrationId"]
    return name


def member_of(value: Value) -> dict[str, Value]:
    """The one member of PutRegistrationFieldValue that carries a value; ids of attachments are told by their looks."""
    if isinstance(value, list):
        return {"SelectChoices": value}
    return {"RegistrationAttachmentId" if value.startswith("attachment-") else "TextValue": value}


def put(client: Any, registration_id: str, path: str, value: Value) -> Answer:
    answer: Answer = client.put_registration_field_value(
        RegistrationId=registration_id, FieldPath=path, **member_of(value)
    )
    del answer["ResponseMetadata"]
    return answer


def fill(client: Any, registration_id: str, values: Mapping[str, Value] = BRAND_VALUES) -> str:
    """Put every value; gives the registration's id."""
    for path, value in values.items():
        put(client, registration_id, path, value)
    return registration_id


def submit(client: Any, registration_id: str, **more: Any) -> Answer:
    answer: Answer = client.submit_registration_version(RegistrationId=registration_id, **more)
    del answer["ResponseMetadata"]
    return answer


def registration_of(client: Any, registration_id: str) -> Answer:
    (found,) = client.describe_registrations(RegistrationIds=[registration_id])["Registrations"]
    return dict(found)


def status_of(client: Any, registration_id: str) -> str:
    return str(registration_of(client, registration_id)["RegistrationStatus"])


def versions_of(client: Any, registration_id: str, **more: Any) -> list[Answer]:
    answer = client.describe_registration_versions(RegistrationId=registration_id, **more)
    return list(answer["RegistrationVersions"])


def version_status(client: Any, registration_id: str) -> str:
    """The newest version's."""
    return str(versions_of(client, registration_id)[-1]["RegistrationVersionStatus"])


def values_of(client: Any, registration_id: str, **more: Any) -> list[Answer]:
    answer = client.describe_registration_field_values(RegistrationId=registration_id, **more)
    return list(answer["RegistrationFieldValues"])


def denied_fields(client: Any, registration_id: str, **more: Any) -> dict[str, str]:
    """The reason of every field that was turned down."""
    values = values_of(client, registration_id, **more)
    return {one["FieldPath"]: one["DeniedReason"] for one in values if "DeniedReason" in one}


def until(look: Callable[[], T], wanted: Callable[[T], bool], seconds: float = 10) -> T:
    """Look again and again until what is seen is what is wanted; gives it."""
    give_up = time.monotonic() + seconds
    while True:
        seen = look()
        if wanted(seen):
            return seen
        assert time.monotonic() < give_up, f"still {seen} after {seconds} s"
        time.sleep(0.01)


def becomes(client: Any, registration_id: str, status: str) -> str:
    """Wait for the registration's status; gives its id."""
    until(lambda: status_of(client, registration_id), lambda seen: seen == status)
    return registration_id


def complete(client: Any, registration_id: str, values: Mapping[str, Value] = BRAND_VALUES) -> str:
    """Fill, submit, and wait until it is COMPLETE; gives its id."""
    submit(client, fill(client, registration_id, values))
    return becomes(client, registration_id, "COMPLETE")


def deny(client: Any, registration_id: str) -> str:
    """Have the desk turn down a draft for what it lacks; gives the registration's id."""
    submit(client, registration_id)
    return becomes(client, registration_id, "REQUIRES_UPDATES")


def renew(client: Any, registration_id: str) -> int:
    """Open a new version; gives its number."""
    return int(client.create_registration_version(RegistrationId=registration_id)["VersionNumber"])


def associate(client: Any, registration_id: str, resource_id: str) -> Answer:
    answer: Answer = client.create_registration_association(RegistrationId=registration_id, ResourceId=resource_id)
    del answer["ResponseMetadata"]
    return answer


def upload(client: Any, body: bytes = PICTURE, **more: Any) -> str:
    """Send an attachment and wait until it is complete; gives its id."""
    name: str = client.create_registration_attachment(AttachmentBody=body, **more)["RegistrationAttachmentId"]
    return uploaded(client, name)


def uploaded(client: Any, attachment_id: str, status: str = "UPLOAD_COMPLETE") -> str:
    """Wait for an attachment's status; gives its id."""
    until(lambda: attachment_of(client, attachment_id)["AttachmentStatus"], lambda seen: seen == status)
    return attachment_id


def attachment_of(client: Any, attachment_id: str) -> Answer:
    answer = client.describe_registration_attachments(RegistrationAttachmentIds=[attachment_id])
    (found,) = answer["RegistrationAttachments"]
    return dict(found)


def in_turn(desk: RunningDesk, work: Callable[[Call], object], account: str = ACCOUNT) -> None:
    """Do what the desk itself does, as `account`'s, where it writes; comes back when it is committed."""
    came: list[Exception | None] = []
    done = threading.Event()

    def write() -> None:
        place = (account, REGION, "desk", round(desk.service.now(), 3))
        try:
            desk.service.database.write(lambda rows: work(Call(*place, rows, desk.service.desk)))
            came.append(None)
        except Exception as error:
            came.append(error)
        done.set()

    desk.service.agenda.write(write)
    assert done.wait(10), "the desk took no turn"
    committed = threading.Event()
    desk.service.agenda.write(committed.set)  # the next turn begins when this one's commit has returned
    assert committed.wait(10), "the desk did not commit"
    if came[0]:
        raise came[0]


def happen(desk: RunningDesk, account: str, registration_id: str, *events: str) -> str:
    """Let events of the table happen to the newest version, as people at the desk do; gives the registration's id."""
    for event in events:
        in_turn(desk, partial(_advance, registration_id, event), account)
    return registration_id


def approve(desk: RunningDesk, account: str, registration_id: str) -> str:
    """Have a draft submitted and approved, whatever it lacks; gives the registration's id."""
    happen(desk, account, registration_id, "submit", "start_review")
    in_turn(desk, lambda call: verdicts.approve(call, find_registration(call, registration_id)), account)
    return registration_id


def _advance(registration_id: str, event: str, call: Call) -> None:
    progress.advance(call, find_registration(call, registration_id), event)
