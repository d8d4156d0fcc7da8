import type { Cloud, CloudApi } from "./api.ts";
import { CloudError } from "./cloud-error.ts";
import { type Input, integer, page, text } from "./input.ts";
import { globalRegion, type TrailEvent } from "./trail.ts";

/** Source: docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html */
const attributes: Readonly<Record<string, (event: TrailEvent) => string | readonly string[] | null>> = {
  EventId: ({ id }) => id,
  EventName: ({ name }) => name,
  EventSource: ({ source }) => source,
  ReadOnly: ({ readOnly }) => String(readOnly),
  ResourceName: ({ resources }) => resources,
  ResourceType: () => [],
  Username: (event) => userOf(event),
  AccessKeyId: () => null,
};

/**
 * The event history of CloudTrail: management events of one region, newest first, 50 a page, one attribute at most, two
 * requests a second. Source: docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export function cloudTrail(cloud: Cloud): CloudApi {
  const refuse = (code: string) => (message: string) => new CloudError(code, message);
  return {
    service: "cloudtrail",
    protocol: "json-1.1",
    marker: "CloudTrail_20131101",
    alsoIn: [globalRegion],
    buckets: [{ operations: ["LookupEvents"], burst: 2, perSecond: 2 }],
    operations: {
      LookupEvents: (input, { region = cloud.world.region }) => {
        const size = integer(input, "MaxResults", { low: 1, high: 50 }, refuse("InvalidMaxResultsException")) ?? 50;
        const [from, until] = [moment(input, "StartTime") ?? 0, moment(input, "EndTime") ?? Number.POSITIVE_INFINITY];
        if (from > until) throw refuse("InvalidTimeRangeException")("The time range is not valid.");
        const fits = wanted(input.LookupAttributes);
        const found = cloud.trail
          .events(region)
          .filter((event) => event.at >= from && event.at <= until && fits(event));
        const { items, nextToken } = page(found, size, text(input, "NextToken"), refuse("InvalidNextTokenException"));
        return { Events: items.map((event) => shown(cloud, event)), NextToken: nextToken };
      },
    },
  };
}

function wanted(given: unknown): (event: TrailEvent) => boolean {
  const invalid = (message: string) => new CloudError("InvalidLookupAttributesException", message);
  if (given === undefined || given === null) return () => true;
  if (!Array.isArray(given)) throw invalid("LookupAttributes must be a list.");
  if (given.length > 1) throw invalid("You can specify only one lookup attribute.");
  const [one] = given as readonly Input[];
  if (!one) return () => true;
  const read = attributes[text(one, "AttributeKey") ?? ""];
  const value = text(one, "AttributeValue") ?? "";
  if (!read || value === "" || value.length > 2000) throw invalid("The lookup attribute is not valid.");
  return (event) => {
    const own = read(event);
    return Array.isArray(own) ? own.includes(value) : own === value;
  };
}

function moment(input: Input, field: string): number | null {
  const value = input[field];
  if (value === undefined || value === null) return null;
  if (typeof value !== "number") throw new CloudError("SerializationException", `${field} must be a number of seconds`);
  return value * 1000;
}

/** The user's name, or that of the session of a role. */
function userOf({ arn }: TrailEvent): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

function shown(cloud: Cloud, event: TrailEvent) {
  const { id, at, name, source, readOnly, resources } = event;
  return {
    EventId: id,
    EventName: name,
    ReadOnly: String(readOnly),
    EventTime: Math.floor(at / 1000),
    EventSource: source,
    Username: userOf(event),
    Resources: resources.map((resource) => ({ ResourceName: resource })),
    CloudTrailEvent: JSON.stringify(recordOf(cloud, event)),
  };
}

function recordOf({ world }: Cloud, event: TrailEvent) {
  const { arn, sourceIdentity, address, error, request, answer } = event;
  const isRole = arn.includes(":assumed-role/");
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: arn.endsWith(":root") ? "Root" : isRole ? "AssumedRole" : "IAMUser",
      arn,
      accountId: world.account,
      ...(isRole ? { sessionContext: sourceIdentity ? { sourceIdentity } : {} } : { userName: userOf(event) }),
    },
    eventTime: `${new Date(event.at).toISOString().slice(0, 19)}Z`,
    eventSource: event.source,
    eventName: event.name,
    awsRegion: event.region,
    sourceIPAddress: address,
    userAgent: "aws-cli/2",
    ...(error ? { errorCode: error.code, errorMessage: error.message } : {}),
    requestParameters: request,
    responseElements: answer,
    eventID: event.id,
    readOnly: event.readOnly,
    eventType: event.name === "ConsoleLogin" ? "AwsConsoleSignIn" : "AwsApiCall",
    managementEvent: true,
    recipientAccountId: world.account,
    eventCategory: "Management",
  };
}
