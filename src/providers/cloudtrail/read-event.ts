import type { Event } from "@aws-sdk/client-cloudtrail";
import type { TrailEvent } from "../../domain/platform/trail.ts";

/** Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
interface TrailRecord {
  readonly userIdentity?: {
    readonly type?: string;
    readonly arn?: string;
    readonly invokedBy?: string;
    readonly principalId?: string;
    readonly sessionContext?: { readonly sourceIdentity?: string };
  };
  readonly sourceIPAddress?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters?: unknown;
  readonly responseElements?: { readonly ConsoleLogin?: string } | null;
}

const longest = 300;

/** One event as it is kept here; what its record does not say is left open. */
export function readEvent(event: Event, region: string): TrailEvent {
  const record = parsed(event.CloudTrailEvent);
  const who = record.userIdentity ?? {};
  const failedSignIn = record.responseElements?.ConsoleLogin === "Failure";
  const resources = (event.Resources ?? []).flatMap(({ ResourceName }) => ResourceName ?? []);
  return {
    id: event.EventId ?? "",
    at: event.EventTime ?? new Date(0),
    what: `${(event.EventSource ?? "").replace(/\.amazonaws\.com$/, "")}:${event.EventName ?? ""}`,
    who: who.arn ?? who.invokedBy ?? event.Username ?? who.principalId ?? "unknown",
    person: who.sessionContext?.sourceIdentity ?? null,
    address: record.sourceIPAddress ?? null,
    region,
    byPlatform: who.type === "AWSService" || (who.invokedBy ?? "").endsWith(".amazonaws.com"),
    error: record.errorCode ?? (failedSignIn ? (record.errorMessage ?? "Failed authentication") : null),
    about: resources.length > 0 ? resources.join(" ").slice(0, longest) : inShort(record.requestParameters),
  };
}

/** What a person can read of a call's parameters; the rest is in CloudTrail by the event's id. */
function inShort(parameters: unknown): string {
  if (typeof parameters !== "object" || parameters === null) return "";
  return Object.entries(parameters)
    .flatMap(([name, value]) => (["string", "number", "boolean"].includes(typeof value) ? [`${name} ${value}`] : []))
    .join(", ")
    .slice(0, longest);
}

function parsed(text: string | undefined): TrailRecord {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as TrailRecord) : {};
  } catch {
    return {};
  }
}
