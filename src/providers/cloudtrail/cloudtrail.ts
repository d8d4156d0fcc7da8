import type { CloudTrailClient, LookupAttribute, LookupEventsCommandOutput } from "@aws-sdk/client-cloudtrail";
import type { Placement } from "../../domain/configuration.ts";
import type { TrailEvent, TrailQuestion, TrailRead } from "../../domain/platform/trail.ts";
import type { CheckResult, Provider } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { type AwsOptions, calling, clientSettings, forEachRegion } from "../aws.ts";
import { awsCheck } from "../aws-check.ts";
import { readEvent } from "./read-event.ts";

type Sdk = typeof import("@aws-sdk/client-cloudtrail");
interface Place {
  readonly client: CloudTrailClient;
  readonly sdk: Sdk;
}

/**
 * Services without regions, IAM and sign-ins among them, write their events here alone. Source:
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
 */
const globalRegion = "us-east-1";
/** Two a second, per account and region, whoever asks. Source: docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
const pauseMilliseconds = 600;
/** A reading ends by then; what lies further back is named. */
const mostMilliseconds = 18_000;
const mostEvents = 5000;

/** One attribute is taken at a time. Source: docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html */
const attributeFor: Readonly<Record<TrailQuestion, LookupAttribute>> = {
  changes: { AttributeKey: "ReadOnly", AttributeValue: "false" },
  "sign-ins": { AttributeKey: "EventName", AttributeValue: "ConsoleLogin" },
  denied: { AttributeKey: "ReadOnly", AttributeValue: "true" },
};
const fits: Readonly<Record<TrailQuestion, (event: TrailEvent) => boolean>> = {
  changes: ({ what }) => what !== "signin:ConsoleLogin",
  "sign-ins": () => true,
  denied: ({ error }) => error !== null && /Denied|Unauthorized|Forbidden/i.test(error),
};

/** Who did what in an account, from CloudTrail's event history. Nothing is called before the first use. */
export function cloudtrailProvider(options: AwsOptions = {}): Provider {
  const places = forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-cloudtrail");
    return { sdk, client: new sdk.CloudTrailClient(clientSettings(options, region)) };
  });
  const identity = forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-sts");
    return { sdk, client: new sdk.STSClient(clientSettings(options, region)) };
  });
  const turn = paced();

  const read: TrailRead["read"] = async ({ region }, { what, from, until }) => {
    const home = await places(region ?? undefined);
    const name = await home.client.config.region();
    const regions = [...new Set([name, globalRegion])];
    const end = performance.now() + mostMilliseconds;
    const answers = await Promise.all(
      regions.map(async (one) => {
        const place = one === name ? home : await places(one);
        try {
          return await readRegion({ place, region: one, what, from, until, end, turn });
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          return error;
        }
      }),
    );
    const troubles = answers.filter((one) => one instanceof ProviderError);
    const [first] = troubles;
    if (first && troubles.length === regions.length) throw first;
    const seen = answers.flatMap((one) => (one instanceof ProviderError ? [] : one));
    const missing = answers.flatMap((one, index) =>
      one instanceof ProviderError ? [`${regions[index]} could not be read: ${one.code}. ${one.message}`] : one.gaps,
    );
    const own = await whoAmI(identity, region ?? undefined);
    return {
      events: seen.flatMap(({ events }) => events).toSorted((one, other) => other.at.getTime() - one.at.getTime()),
      gaps: missing,
      own,
    };
  };
  const check = ({ environment, at }: Placement): Promise<CheckResult> =>
    awsCheck(
      `${environment}: CloudTrail`,
      async () => {
        const { client, sdk } = await places(at.region);
        await turn(await client.config.region());
        await calling("LookupEvents", (call) => client.send(new sdk.LookupEventsCommand({ MaxResults: 1 }), call));
        return "its event history can be read";
      },
      { denied: "Give the bot cloudtrail:LookupEvents, as docs/iam/read.json does; security incidents need it." },
    );
  return {
    id: "cloudtrail",
    check: (placements) => Promise.all(placements.map(check)),
    trail: { read },
  };
}

interface Reading {
  readonly place: Place;
  readonly region: string;
  readonly what: TrailQuestion;
  readonly from: Date;
  readonly until: Date;
  readonly end: number;
  readonly turn: (region: string) => Promise<void>;
}

async function readRegion({ place: { client, sdk }, region, what, from, until, end, turn }: Reading) {
  const events: TrailEvent[] = [];
  let token: string | undefined;
  let oldest = until;

  /** One page; asked for again while others use the limit up and there is time. */
  async function onePage(next: string | undefined): Promise<LookupEventsCommandOutput> {
    const range = { StartTime: from, EndTime: until, LookupAttributes: [attributeFor[what]], MaxResults: 50 };
    for (;;) {
      await turn(region);
      try {
        return await calling("LookupEvents", (call) =>
          client.send(
            new sdk.LookupEventsCommand({ ...range, ...(next === undefined ? {} : { NextToken: next }) }),
            call,
          ),
        );
      } catch (error) {
        const mayPass = error instanceof ProviderError && error.fault === "throttled";
        if (!mayPass || performance.now() > end) throw error;
      }
    }
  }

  do {
    const page = await onePage(token).catch((error: unknown) => {
      // What was read until then is worth more than nothing, as long as it is said.
      if (token !== undefined && error instanceof ProviderError) return error;
      throw error;
    });
    const back = `was read back to ${oldest.toISOString()}`;
    if (page instanceof ProviderError) return { events, gaps: [`${region} ${back}: ${page.code}. ${page.message}`] };
    const read = (page.Events ?? []).map((event) => readEvent(event, region));
    oldest = read.at(-1)?.at ?? oldest;
    events.push(...read.filter(fits[what]));
    token = page.NextToken;
  } while (token !== undefined && performance.now() < end && events.length < mostEvents);
  const gaps =
    token === undefined ? [] : [`${region} holds more than can be read: it was read back to ${oldest.toISOString()}`];
  return { events, gaps };
}

/** Lets one request at a time and region through, as often as the limit allows, whoever wants it. */
function paced(): (region: string) => Promise<void> {
  const free = new Map<string, number>();
  return async (region) => {
    const now = performance.now();
    const at = Math.max(now, free.get(region) ?? 0);
    free.set(region, at + pauseMilliseconds);
    if (at > now) await new Promise<void>((resolve) => void setTimeout(resolve, at - now));
  };
}

async function whoAmI(
  identity: (region: string | undefined) => Promise<{
    readonly client: import("@aws-sdk/client-sts").STSClient;
    readonly sdk: typeof import("@aws-sdk/client-sts");
  }>,
  region: string | undefined,
): Promise<string | null> {
  const { sdk, client } = await identity(region);
  try {
    const { Arn } = await calling("GetCallerIdentity", (call) =>
      client.send(new sdk.GetCallerIdentityCommand({}), call),
    );
    return Arn ?? null;
  } catch (error) {
    if (error instanceof ProviderError) return null;
    throw error;
  }
}
