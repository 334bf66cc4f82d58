// AWS's JavaScript SDK against the desk at AWS_ENDPOINT_URL; prints what it saw as one JSON object.
// With SKEW_SECONDS, this process's clock is wrong by that much.

const skew = Number(process.env.SKEW_SECONDS ?? 0) * 1000;
if (skew) {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...parts) {
      if (parts.length) super(...parts);
      else super(RealDate.now() + skew);
    }
    static now() {
      return RealDate.now() + skew;
    }
  };
}

const { PinpointSMSVoiceV2, ValidationException, ResourceNotFoundException, paginateDescribeRegistrations } =
  await import("@aws-sdk/client-pinpoint-sms-voice-v2");
const { STS } = await import("@aws-sdk/client-sts");

const client = new PinpointSMSVoiceV2({});
const RegistrationType = "US_TOLL_FREE_REGISTRATION";

async function refusal(ask, kind) {
  try {
    await ask();
  } catch (error) {
    const { name, message, Reason, Fields, ResourceType, ResourceId, $fault, $metadata } = error;
    const told = { name, message, Reason, Fields, ResourceType, ResourceId, fault: $fault };
    return { ...told, known: error instanceof kind, status: $metadata.httpStatusCode, requestId: $metadata.requestId };
  }
  throw new Error("it was not refused");
}

const created = await client.createRegistration({ RegistrationType, Tags: [{ Key: "équipe", Value: "growth" }] });
for (let more = 0; more < 6; more++) await client.createRegistration({ RegistrationType });
const described = await client.describeRegistrations({ RegistrationIds: [created.RegistrationId] });
const tags = await client.listTagsForResource({ ResourceArn: created.RegistrationArn });

const pages = [];
for await (const page of paginateDescribeRegistrations({ client, pageSize: 3 }, {})) {
  pages.push(page.Registrations.map((one) => one.RegistrationId));
}

const invalid = await refusal(() => client.createRegistration({ RegistrationType: "NO_SUCH_TYPE" }), ValidationException);
const deleted = await client.deleteRegistration({ RegistrationId: created.RegistrationId });
const missing = await refusal(
  () => client.describeRegistrations({ RegistrationIds: [created.RegistrationId] }),
  ResourceNotFoundException,
);
const identity = await new STS({}).getCallerIdentity({});

console.log(JSON.stringify({ created, described, tags, pages, invalid, deleted, missing, identity }));
