// AWS's JavaScript SDK, call after call in one process: an operation and its input a line comes in, and what came of it
// goes out: {answer} or {refusal}. What stands under AttachmentBody is base64.

import { createInterface } from "node:readline";
import { PinpointSMSVoiceV2 } from "@aws-sdk/client-pinpoint-sms-voice-v2";

const client = new PinpointSMSVoiceV2({ maxAttempts: 1 });

async function told({ operation, input }) {
  if (input.AttachmentBody) input.AttachmentBody = Buffer.from(input.AttachmentBody, "base64");
  try {
    const { $metadata, ...answer } = await client[operation[0].toLowerCase() + operation.slice(1)](input);
    return { answer };
  } catch (error) {
    if (!error.$metadata) throw error;
    return { refusal: { code: error.name, message: error.message, Reason: error.Reason } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await told(JSON.parse(line))));
}
