"""A whole toll-free registration as a program files it: the form's 28 values, and the requests in their order."""

import base64
import json
import struct
import zlib
from collections.abc import Generator
from typing import Any

Answer = dict[str, Any]
# What a program asks for next (operation, arguments), when it is given the answer to what it asked before.
Script = Generator[tuple[str, Answer], Answer, None]

TYPE = "US_TOLL_FREE_REGISTRATION"
TEXTS = {
    "companyInfo.companyName": "Blue Kettle Ltd",
    "companyInfo.website": "https://kettle.example",
    "companyInfo.address1": "1 Harbour Street",
    "companyInfo.address2": "Second floor",
    "companyInfo.city": "Portland",
    "companyInfo.state": "ME",
    "companyInfo.zipCode": "04101",
    "companyInfo.isoCountryCode": "US",
    "companyInfo.taxId": "123456789",
    "companyInfo.taxIdCountry": "US",
    "contactInfo.firstName": "Noor",
    "contactInfo.lastName": "Example",
    "contactInfo.supportEmail": "help@kettle.example",
    "contactInfo.supportPhoneNumber": "+12075550100",
    "messagingUseCase.useCaseDetails": "News of orders that customers of the shop have placed, until they arrive.",
    "messagingUseCase.privacyPolicyUrl": "https://kettle.example/privacy",
    "messagingUseCase.termsAndConditionsUrl": "https://kettle.example/terms",
    "messagingUseCase.optInDescription": "A box at the checkout, which is empty at first, says what will be sent.",
    "messageSamples.messageSample1": "Blue Kettle: your order 1234 has left our house.",
    "messageSamples.messageSample2": "Blue Kettle: your order 1234 is with the carrier.",
    "messageSamples.messageSample3": "Blue Kettle: your order 1234 has arrived. Reply STOP to hear no more.",
}
CHOICES = {
    "companyInfo.businessType": "PRIVATE_PROFIT",
    "companyInfo.taxIdAuthority": "EIN",
    "messagingUseCase.monthlyMessageVolume": "1,000",
    "messagingUseCase.useCaseCategory": "DELIVERY_NOTIFICATIONS",
    "messagingUseCase.optInType": "DIGITAL_FORM",
}
ATTACHMENTS = ("companyInfo.businessRegistrationDocument", "messagingUseCase.optInImage")
# A number, the registration, their association, a request for each field, and the submission.
REQUESTS = 4 + len(TEXTS) + len(CHOICES) + len(ATTACHMENTS)


def puts(registration_id: str) -> list[Answer]:
    """The arguments of PutRegistrationFieldValue for every field that is filled without an attachment."""
    values: list[Answer] = [{"FieldPath": path, "TextValue": text} for path, text in TEXTS.items()]
    values += [{"FieldPath": path, "SelectChoices": [choice]} for path, choice in CHOICES.items()]
    return [{"RegistrationId": registration_id, **value} for value in values]


def file_one(attachment_id: str) -> Script:
    """File one registration with a number of its own; its attachments are one that is there already."""
    number = yield (
        "RequestPhoneNumber",
        {
            "IsoCountryCode": "US",
            "MessageType": "TRANSACTIONAL",
            "NumberCapabilities": ["SMS"],
            "NumberType": "TOLL_FREE",
        },
    )
    created = yield "CreateRegistration", {"RegistrationType": TYPE}
    name = created["RegistrationId"]
    yield "CreateRegistrationAssociation", {"RegistrationId": name, "ResourceId": number["PhoneNumberId"]}
    for arguments in puts(name):
        yield "PutRegistrationFieldValue", arguments
    for path in ATTACHMENTS:
        attached = {"RegistrationId": name, "FieldPath": path, "RegistrationAttachmentId": attachment_id}
        yield "PutRegistrationFieldValue", attached
    yield "SubmitRegistrationVersion", {"RegistrationId": name}


def picture() -> Answer:
    """The arguments of CreateRegistrationAttachment: a PNG of one grey dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
    return {"AttachmentBody": base64.b64encode(body).decode()}


def encoded(arguments: Answer) -> bytes:
    """A request's body."""
    return json.dumps(arguments).encode()
