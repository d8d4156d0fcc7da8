import { AsyncLocalStorage } from "node:async_hooks";
import type { AccessRoles, ActAs, Acting, Tier } from "../domain/platform/identity.ts";
import { ProviderError } from "../errors.ts";
import { type AwsIdentity, type AwsOptions, calling, callingAs, clientSettings, forEachRegion } from "./aws.ts";

const acting = new AsyncLocalStorage<Acting>();

/** Names the operation and the person of every call to AWS that the work makes. */
export const actAs: ActAs = (who, work) => acting.run(who, work);

export interface SessionOptions {
  readonly aws: AwsOptions;
  /** By environment; one without is reached with the bot's own credentials. */
  readonly roles: ReadonlyMap<string, AccessRoles & { readonly region: string | null }>;
  readonly now: () => Date;
}

/** Credentials of assumed roles: one session for each environment, tier, operation and person. */
export interface AwsSessions {
  /**
   * Runs work as the role that an environment has for a tier. Credentials are renewed before they expire, and once more
   * where AWS says in the middle that they have: then the work is run again. Throws ProviderError where there is no
   * role for it or it cannot be assumed.
   */
  readonly as: <T>(environment: string, tier: Tier, work: () => Promise<T>) => Promise<T>;
  /** Who AWS takes the bot for, as that role, or with null as itself. */
  readonly whoAmI: (environment: string, tier: Tier | null) => Promise<string>;
}

interface Session extends AwsIdentity {
  readonly expiresAt: Date;
}

/** Credentials with less left than this are renewed first: no call, with its repeats, takes that long. */
const marginMilliseconds = 5 * 60_000;
/** The oldest are forgotten first; who comes back gets new credentials. */
const mostSessions = 200;

export function awsSessions({ aws, roles, now }: SessionOptions): AwsSessions {
  const clients = forEachRegion(async (region) => {
    const sdk = await import("@aws-sdk/client-sts");
    return { sdk, client: new sdk.STSClient(clientSettings(aws, region)) };
  });
  const sessions = new Map<string, Promise<Session>>();

  function sessionFor(environment: string, tier: Tier): Promise<Session> | null {
    const own = roles.get(environment);
    if (!own) return null;
    const role = own.roles[tier];
    if (role === null) throw noRole(environment, tier);
    const key = [environment, tier, sessionName(acting.getStore(), tier)].join(" ");
    const known = sessions.get(key) ?? Promise.resolve(null);
    // Whoever comes while it is renewed waits for the same one.
    const session = known
      .catch(() => null)
      .then((one) => {
        if (one !== null && one.expiresAt.getTime() - marginMilliseconds > now().getTime()) return one;
        return callingAs(null, () => assume(environment, tier, role, own));
      });
    sessions.set(key, session);
    session.catch(() => sessions.get(key) === session && sessions.delete(key));
    const [oldest] = sessions.keys();
    if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest);
    return session;
  }

  async function assume(
    environment: string,
    tier: Tier,
    role: string,
    { externalId, sessionSeconds, region }: AccessRoles & { readonly region: string | null },
  ): Promise<Session> {
    const who = acting.getStore();
    const { sdk, client } = await clients(region ?? undefined);
    try {
      const { Credentials } = await calling("AssumeRole", (options) =>
        client.send(
          new sdk.AssumeRoleCommand({
            RoleArn: role,
            RoleSessionName: sessionName(who, tier),
            SourceIdentity: word(who?.person ?? "tocsin"),
            DurationSeconds: sessionSeconds,
            ...(externalId === null ? {} : { ExternalId: externalId }),
          }),
          options,
        ),
      );
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
        throw new ProviderError({
          provider: "AWS",
          operation: "AssumeRole",
          fault: "refused",
          code: "NoCredentials",
          message: `AWS gave no credentials for ${role}.`,
        });
      }
      return {
        key: AccessKeyId,
        credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
        expiresAt: Expiration,
      };
    } catch (error) {
      throw error instanceof ProviderError ? notAssumed(error, environment, tier, role) : error;
    }
  }

  return {
    as: async (environment, tier, work) => {
      const session = await sessionFor(environment, tier);
      if (session === null) return work();
      try {
        return await callingAs(session, work);
      } catch (error) {
        if (!(error instanceof ProviderError && error.fault === "expired")) throw error;
        for (const [key, promise] of sessions) if ((await promise.catch(() => null)) === session) sessions.delete(key);
        return callingAs((await sessionFor(environment, tier)) as Session, work);
      }
    },
    whoAmI: async (environment, tier) => {
      const session = tier === null ? null : await sessionFor(environment, tier);
      const { sdk, client } = await callingAs(session, () => clients(roles.get(environment)?.region ?? undefined));
      const { Arn } = await calling("GetCallerIdentity", (options) =>
        client.send(new sdk.GetCallerIdentityCommand({}), options),
      );
      return Arn ?? "unknown";
    },
  };
}

/** tocsin-scale-service-U02ANA, in the letters and the length that AWS takes. Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function sessionName(who: Acting | undefined, tier: Tier): string {
  if (!who) return `tocsin-${tier}`;
  const person = word(who.person).slice(0, 32);
  return `${word(`tocsin-${who.operation}`).slice(0, 63 - person.length)}-${person}`;
}

function word(text: string): string {
  return text.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64);
}

function noRole(environment: string, tier: Tier): ProviderError {
  return new ProviderError({
    provider: "AWS",
    operation: "AssumeRole",
    fault: "denied",
    code: "NoRole",
    message: `The configuration names no role for this: add environments.${environment}.aws.roles.${tier}.`,
  });
}

function notAssumed(error: ProviderError, environment: string, tier: Tier, role: string): ProviderError {
  const { provider, operation, fault, code, requestId, cause } = error;
  const setting = `environments.${environment}.aws.roles.${tier}`;
  const next: Readonly<Partial<Record<ProviderError["fault"], string>>> = {
    denied: `Let the trust policy of ${role} allow the bot sts:AssumeRole and sts:SetSourceIdentity, or correct ${setting}; docs/providers/aws-access.md shows how.`,
    expired: "Renew the bot's own credentials (AWS_* variables, profile or role).",
    refused: `Correct ${setting}, external_id or session_duration.`,
  };
  const message = [error.message, next[fault]].filter(Boolean).join(" ");
  return new ProviderError({ provider, operation, fault, code, requestId, cause, message });
}
