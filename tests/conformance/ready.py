"""Inputs that succeed: for operations whose success needs something made beforehand, by operation name.

Each room has a function here that makes what its operations need, with a client, and gives whole inputs.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

Ready = dict[str, list[dict[str, Any]]]

BRAND, CAMPAIGN = "US_TEN_DLC_BRAND_REGISTRATION", "US_TEN_DLC_CAMPAIGN_REGISTRATION"
_NAME = {"FieldPath": "companyInfo.companyName", "TextValue": "Example Coffee Roasters LLC"}
# A picture of one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
_EACH = 5


def ready(client: Any) -> Ready:
    """Inputs for every operation that needs any."""
    inputs: Ready = {}
    for room in ROOMS:
        inputs |= room(client)
    return inputs


def wait_for(what: Callable[[], bool]) -> None:
    """Until `what` is so; raises where that takes ten seconds."""
    give_up = time.monotonic() + 10
    while not what():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.05)


def registrations(client: Any) -> Ready:
    """Drafts, denied registrations, attachments, and two that fit together."""

    def new(kind: str = BRAND) -> str:
        return str(client.create_registration(RegistrationType=kind)["RegistrationId"])

    def drafts() -> list[dict[str, Any]]:
        return [{"RegistrationId": new()} for _ in range(_EACH)]

    denied = drafts()
    for one in denied:
        client.submit_registration_version(**one)
    attachments = [client.create_registration_attachment(AttachmentBody=PNG) for _ in range(_EACH)]
    names = [one["RegistrationAttachmentId"] for one in attachments]
    filled, brand = new(), new()
    client.put_registration_field_value(RegistrationId=filled, **_NAME)

    def are_denied() -> bool:
        told = client.describe_registrations(RegistrationIds=[one["RegistrationId"] for one in denied])
        return {one["RegistrationStatus"] for one in told["Registrations"]} == {"REQUIRES_UPDATES"}

    wait_for(are_denied)
    return {
        "CreateRegistrationVersion": denied,
        "DescribeRegistrationVersions": [*denied, {"RegistrationId": filled, "VersionNumbers": [1]}],
        "DiscardRegistrationVersion": drafts(),
        "SubmitRegistrationVersion": [*drafts(), {"RegistrationId": new(), "AwsReview": True}],
        "PutRegistrationFieldValue": [{**one, **_NAME} for one in drafts()],
        "DeleteRegistrationFieldValue": [{**one, "FieldPath": "companyInfo.stockSymbol"} for one in drafts()],
        "DescribeRegistrationFieldValues": [{"RegistrationId": filled}, {**denied[0], "MaxResults": 3}],
        "CreateRegistrationAttachment": [{"AttachmentBody": PNG}, {"AttachmentUrl": "s3://example-bucket/key.png"}],
        "DescribeRegistrationAttachments": [{"RegistrationAttachmentIds": names[-1:]}, {"MaxResults": 2}],
        "DeleteRegistrationAttachment": [{"RegistrationAttachmentId": name} for name in names[:-1]],
        "CreateRegistrationAssociation": [{"RegistrationId": new(CAMPAIGN), "ResourceId": brand} for _ in range(_EACH)],
        "ListRegistrationAssociations": [{"RegistrationId": filled}],
    }


def pools(client: Any) -> Ready:
    """Pools of a sender ID, and what pools, lists and configuration sets have."""

    def sender_id(letter: str) -> dict[str, str]:
        name = {"SenderId": f"POOL{letter}", "IsoCountryCode": "FR"}
        client.request_sender_id(**name)
        return {"OriginationIdentity": name["SenderId"], "IsoCountryCode": "FR"}

    first, *others = (sender_id(letter) for letter in "ABCDEFGHIJK")
    asked = {**first, "MessageType": "TRANSACTIONAL"}
    made = [client.create_pool(**asked) for _ in range(2 * _EACH)]
    names = [{"PoolId": one["PoolId"]} for one in made]
    wait_for(lambda: {one["Status"] for one in client.describe_pools()["Pools"]} == {"ACTIVE"})
    for other in others[:_EACH]:
        client.associate_origination_identity(**names[0], **other)
    for place in range(3 * _EACH):
        client.create_opt_out_list(OptOutListName=f"ready-{place}")
        client.create_configuration_set(ConfigurationSetName=f"ready-{place}")
        client.put_opted_out_number(OptOutListName="Default", OptedOutNumber=f"+120655501{place:02}")
        client.put_keyword(OriginationIdentity=made[0]["PoolId"], Keyword=f"ready {place}", KeywordMessage="Yes.")
    holder = {"OriginationIdentity": made[0]["PoolId"]}
    policies = [{"ResourceArn": one["PoolArn"]} for one in made]
    for one in policies[1:]:
        client.put_resource_policy(**one, Policy='{"Statement": []}')
    return {
        "CreatePool": [asked],
        "UpdatePool": [{**names[0], "SharedRoutesEnabled": True}],
        "DeletePool": names[-_EACH:],
        "ListPoolOriginationIdentities": [names[0], {**names[0], "MaxResults": 2}],
        "AssociateOriginationIdentity": [{**names[0], **other} for other in others[_EACH:]],
        "DisassociateOriginationIdentity": [{**names[0], **other} for other in others[:_EACH]],
        "CreateOptOutList": [{"OptOutListName": f"new-{place}"} for place in range(_EACH)],
        "DeleteOptOutList": [{"OptOutListName": f"ready-{place}"} for place in range(_EACH)],
        "PutOptedOutNumber": [{"OptOutListName": "Default", "OptedOutNumber": "12065550199"}],
        "DescribeOptedOutNumbers": [{"OptOutListName": "Default", "MaxResults": 3}],
        "DeleteOptedOutNumber": [
            {"OptOutListName": "Default", "OptedOutNumber": f"+120655501{place:02}"} for place in range(_EACH)
        ],
        "DeleteConfigurationSet": [{"ConfigurationSetName": f"ready-{place}"} for place in range(_EACH)],
        "PutKeyword": [{**holder, "Keyword": "menu", "KeywordMessage": "Soup."}],
        "DescribeKeywords": [holder, {**holder, "MaxResults": 2}],
        "DeleteKeyword": [{**holder, "Keyword": f"ready {place}"} for place in range(_EACH)],
        "PutResourcePolicy": [{**policies[0], "Policy": '{"Statement": []}'}],
        "GetResourcePolicy": [policies[1]],
        "DeleteResourcePolicy": policies[2:_EACH],
    }


def sender_ids_and_agents(client: Any) -> Ready:
    """Sender IDs and agents to describe, to change, and to give back."""
    names = [f"KETTLE{n}" for n in range(2 * _EACH)]
    for name in names:
        client.request_sender_id(SenderId=name, IsoCountryCode="FR")
    held = [{"SenderId": name, "IsoCountryCode": "FR"} for name in names]
    agents = [{"RcsAgentId": client.create_rcs_agent()["RcsAgentId"]} for _ in range(2 * _EACH)]
    for one in agents[:_EACH]:
        launch = client.create_registration(RegistrationType="US_RCS_LAUNCH_REGISTRATION")["RegistrationId"]
        client.create_registration_association(RegistrationId=launch, ResourceId=one["RcsAgentId"])
    two_way = {"TwoWayEnabled": True, "TwoWayChannelArn": "arn:aws:sns:us-east-1:111122223333:replies"}
    return {
        "RequestSenderId": [{"SenderId": f"TEA{n}", "IsoCountryCode": "NL"} for n in range(_EACH)],
        "DescribeSenderIds": [{"SenderIds": held[:2]}, {"Owner": "SELF"}, {"MaxResults": 2}],
        "UpdateSenderId": [{**held[0], "DeletionProtectionEnabled": True}],
        "ReleaseSenderId": held[_EACH:],
        "DescribeRcsAgents": [{"RcsAgentIds": [agents[0]["RcsAgentId"]]}, {"Owner": "SELF"}, {"MaxResults": 2}],
        "UpdateRcsAgent": [{**one, **two_way} for one in agents[:2]],
        "DescribeRcsAgentCountryLaunchStatus": agents[:_EACH],
        "DeleteRcsAgent": agents[_EACH:],
    }


def phone_numbers(client: Any) -> Ready:
    """Numbers to describe, to change, and to give back."""
    wanted = {"IsoCountryCode": "US", "MessageType": "TRANSACTIONAL", "NumberCapabilities": ["SMS"]}
    simulator, ten_dlc = {**wanted, "NumberType": "SIMULATOR"}, {**wanted, "NumberType": "TEN_DLC"}
    held = [{"PhoneNumberId": client.request_phone_number(**simulator)["PhoneNumberId"]} for _ in range(2 * _EACH)]
    arn = client.request_phone_number(**ten_dlc)["PhoneNumberArn"]
    preference = [{"PreferenceType": ["EndsWith"], "Filter": ["0142"]}]
    listed = {"IsoCountryCode": "US", "NumberCapabilities": ["SMS"], "NumberType": "TEN_DLC"}
    return {
        "RequestPhoneNumber": [simulator, {**simulator, "NumberType": "TOLL_FREE"}, ten_dlc],
        "DescribePhoneNumbers": [{"PhoneNumberIds": [arn]}, {"Owner": "SELF"}, {"MaxResults": 2}],
        "UpdatePhoneNumber": [{**held[0], "SelfManagedOptOutsEnabled": True}],
        "ReleasePhoneNumber": held[_EACH:],
        "ListAvailablePhoneNumbers": [listed, {**listed, "NumberPreference": preference, "MaxResults": 2}],
    }


ROOMS: list[Callable[[Any], Ready]] = [phone_numbers, sender_ids_and_agents, registrations, pools]
