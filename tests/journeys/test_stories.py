"""Whole stories of registrations, each told by boto3, by the AWS CLI, and by AWS's SDK for JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.attachment_samples import pdf
from tests.conftest import TOLL_FREE, RunningDesk
from tests.filling import (
    BRAND,
    BRAND_VALUES,
    CAMPAIGN,
    CAMPAIGN_VALUES,
    PICTURE,
    TOLL_FREE_VALUES,
    VETTING,
    Value,
    member_of,
    until,
)
from tests.journeys.tellers import TELLERS, Answer, Refused, Tell

IMAGE = "messagingUseCase.optInImage"


@pytest.fixture(params=TELLERS)
def tell(request: Any, instant_desk: RunningDesk, account: str, tmp_path: Path) -> Iterator[Tell]:
    with TELLERS[request.param](instant_desk, account, tmp_path) as tell:
        yield tell


class Story:
    """One registration and what is done with it."""

    def __init__(self, tell: Tell, registration_type: str) -> None:
        self.tell = tell
        created = tell("CreateRegistration", RegistrationType=registration_type)
        assert (created["RegistrationStatus"], created["CurrentVersionNumber"]) == ("CREATED", 1)
        self.id = created["RegistrationId"]

    def ask(self, operation: str, **arguments: Any) -> Answer:
        return self.tell(operation, RegistrationId=self.id, **arguments)

    def refused(self, operation: str, **arguments: Any) -> tuple[str, str]:
        """Code and Reason of a refusal."""
        with pytest.raises(Refused) as caught:
            self.ask(operation, **arguments)
        return caught.value.code, caught.value.reason

    def fill(self, values: Mapping[str, Value]) -> None:
        for path, value in values.items():
            told = self.ask("PutRegistrationFieldValue", FieldPath=path, **member_of(value))
            assert told.items() >= {"FieldPath": path, **member_of(value)}.items()

    def submit(self, status: str) -> Answer:
        """Hand in, wait for what the registration becomes; gives its newest version."""
        told = self.ask("SubmitRegistrationVersion")
        assert (told["RegistrationVersionStatus"], told["AwsReview"]) == ("SUBMITTED", False)
        until(self.look, lambda seen: seen["RegistrationStatus"] == status)
        return dict(self.ask("DescribeRegistrationVersions")["RegistrationVersions"][-1])

    def look(self) -> Answer:
        (found,) = self.tell("DescribeRegistrations", RegistrationIds=[self.id])["Registrations"]
        return dict(found)

    def denied(self, version: int) -> dict[str, str]:
        told = self.ask("DescribeRegistrationFieldValues", VersionNumber=version)["RegistrationFieldValues"]
        return {one["FieldPath"]: one["DeniedReason"] for one in told if "DeniedReason" in one}


def reasons(version: Answer) -> list[str]:
    assert version["RegistrationVersionStatus"] == "DENIED"
    return [one["Reason"] for one in version["DeniedReasons"]]


def a_complete_brand(tell: Tell) -> Story:
    brand = Story(tell, BRAND)
    brand.fill(BRAND_VALUES)
    assert brand.submit("COMPLETE")["RegistrationVersionStatus"] == "APPROVED"
    return brand


def test_a_brand_is_turned_down_and_mended(tell: Tell) -> None:
    brand = Story(tell, BRAND)
    definitions = tell("DescribeRegistrationFieldDefinitions", RegistrationType=BRAND)["RegistrationFieldDefinitions"]
    required = {one["FieldPath"] for one in definitions if one["FieldRequirement"] == "REQUIRED"}
    assert required == BRAND_VALUES.keys()
    put = "PutRegistrationFieldValue"
    taxed = brand.refused(put, FieldPath="companyInfo.taxId", TextValue="12-3456789")
    assert taxed == ("ValidationException", "INVALID_PARAMETER")
    lacking = ("companyInfo.taxId", "contactInfo.vertical")
    brand.fill({path: value for path, value in BRAND_VALUES.items() if path not in lacking})
    brand.fill({"companyInfo.stockSymbol": "KTL"})
    assert reasons(brand.submit("REQUIRES_UPDATES")) == ["Missing required field", "Conditional field not allowed"]
    assert brand.denied(1) == {
        **dict.fromkeys(lacking, "MISSING_REQUIRED_FIELD"),
        "companyInfo.stockSymbol": "CONDITIONAL_FIELD_NOT_ALLOWED",
    }
    edited = brand.refused(put, FieldPath="companyInfo.taxId", TextValue="123456789")
    assert edited == ("ConflictException", "EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED")
    assert brand.ask("CreateRegistrationVersion")["VersionNumber"] == 2
    assert brand.ask("DescribeRegistrationFieldValues")["RegistrationFieldValues"] == []
    brand.fill(BRAND_VALUES)
    approved = brand.submit("COMPLETE")
    assert (approved["VersionNumber"], approved["RegistrationVersionStatus"]) == (2, "APPROVED")
    seen = brand.look()
    assert (seen["ApprovedVersionNumber"], seen["LatestDeniedVersionNumber"]) == (2, 1)


def test_a_vetting_needs_its_brand(tell: Tell) -> None:
    brand, vetting = Story(tell, BRAND), Story(tell, VETTING)
    early = vetting.refused("SubmitRegistrationVersion")
    assert early == ("ConflictException", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    vetting.ask("CreateRegistrationAssociation", ResourceId=brand.id)
    assert reasons(vetting.submit("REQUIRES_UPDATES")) == ["Brand unverified"]
    brand.fill(BRAND_VALUES)
    brand.submit("COMPLETE")
    vetting.ask("CreateRegistrationVersion")
    assert vetting.submit("COMPLETE")["RegistrationVersionStatus"] == "APPROVED"
    (link,) = vetting.ask("ListRegistrationAssociations")["RegistrationAssociations"]
    assert (link["ResourceId"], link["ResourceType"]) == (brand.id, BRAND)
    assert brand.refused("DeleteRegistration") == ("ConflictException", "RESOURCE_NOT_EMPTY")
    assert vetting.ask("DeleteRegistration")["RegistrationStatus"] == "DELETED"
    assert brand.ask("DeleteRegistration")["RegistrationStatus"] == "DELETED"


def test_a_campaign_needs_its_brand(tell: Tell) -> None:
    brand, campaign = Story(tell, BRAND), Story(tell, CAMPAIGN)
    campaign.fill(CAMPAIGN_VALUES)
    early = campaign.refused("SubmitRegistrationVersion")
    assert early == ("ConflictException", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    campaign.ask("CreateRegistrationAssociation", ResourceId=brand.id)
    again = campaign.refused("CreateRegistrationAssociation", ResourceId=brand.id)
    assert again == ("ConflictException", "RESOURCE_ALREADY_ASSOCIATED")
    assert reasons(campaign.submit("REQUIRES_UPDATES")) == ["Brand unverified"]
    brand.fill(BRAND_VALUES)
    brand.submit("COMPLETE")
    assert campaign.ask("CreateRegistrationVersion")["VersionNumber"] == 2
    campaign.fill(CAMPAIGN_VALUES)
    proof = tell("CreateRegistrationAttachment", AttachmentBody=pdf())["RegistrationAttachmentId"]
    uploaded(tell, proof)
    campaign.fill(
        {"campaignInfo.optInScreenshot": proof, "campaignUseCase.subUseCases": ["MARKETING", "CUSTOMER_CARE"]}
    )
    assert campaign.submit("COMPLETE")["RegistrationVersionStatus"] == "APPROVED"


def uploaded(tell: Tell, attachment: str) -> None:
    def look() -> str:
        asked = {"RegistrationAttachmentIds": [attachment]}
        (found,) = tell("DescribeRegistrationAttachments", **asked)["RegistrationAttachments"]
        return str(found["AttachmentStatus"])

    until(look, lambda status: status == "UPLOAD_COMPLETE")


def test_a_toll_free_number_is_registered(tell: Tell) -> None:
    number = tell(
        "RequestPhoneNumber",
        IsoCountryCode="US",
        MessageType="TRANSACTIONAL",
        NumberCapabilities=["SMS"],
        NumberType="TOLL_FREE",
    )
    assert number["Status"] == "PENDING"
    story = Story(tell, TOLL_FREE)
    early = story.refused("SubmitRegistrationVersion")
    assert early == ("ConflictException", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED")
    link = story.ask("CreateRegistrationAssociation", ResourceId=number["PhoneNumberId"])
    assert (link["ResourceType"], link["IsoCountryCode"]) == ("TOLL_FREE", "US")
    assert link["PhoneNumber"] == number["PhoneNumber"]
    picture = tell("CreateRegistrationAttachment", AttachmentBody=PICTURE)["RegistrationAttachmentId"]
    uploaded(tell, picture)
    story.fill({**TOLL_FREE_VALUES, IMAGE: picture, "companyInfo.businessType": ["SOLE_PROPRIETOR"]})
    assert reasons(story.submit("REQUIRES_UPDATES")) == ["Conditional field not allowed"]
    triple = ("companyInfo.taxId", "companyInfo.taxIdAuthority", "companyInfo.taxIdCountry")
    assert story.denied(1) == dict.fromkeys(triple, "CONDITIONAL_FIELD_NOT_ALLOWED")
    assert story.ask("CreateRegistrationVersion")["VersionNumber"] == 2
    story.fill({**TOLL_FREE_VALUES, IMAGE: picture})
    assert story.submit("COMPLETE")["RegistrationVersionStatus"] == "APPROVED"

    def status() -> str:
        (found,) = tell("DescribePhoneNumbers", PhoneNumberIds=[number["PhoneNumberId"]])["PhoneNumbers"]
        return str(found["Status"])

    until(status, lambda seen: seen == "ACTIVE")
