import type { CloudApi } from "./api.ts";
import { CloudError } from "./cloud-error.ts";
import type { AccessKey } from "./handle.ts";
import { text } from "./input.ts";
import { formNumber, required } from "./query-input.ts";
import type { World } from "./world.ts";

/** A role that is not as every other: what its trust policy asks for, and what its policies allow. */
export interface Role {
  /** Without the path: tocsin-operate. */
  readonly name: string;
  /** False: nobody may assume it. */
  readonly trusted?: boolean;
  readonly externalId?: string;
  /** The longest session; as long as AWS allows at all where left out. */
  readonly maxSeconds?: number;
  /** What may be called as it; everything where left out. */
  readonly actions?: readonly string[];
}

interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
  readonly arn: string;
  readonly userId: string;
  readonly sourceIdentity: string | null;
  readonly role: string;
}

/** Roles, and the sessions that AssumeRole opened. */
export interface Sessions {
  readonly keyOf: (accessKeyId: string) => AccessKey | undefined;
  readonly open: (session: Session) => void;
  /** Lets every session of a role expire now. */
  readonly end: (role: string) => void;
  readonly role: (name: string) => Role | undefined;
  /** Puts a role in place of one of that name; every role that was never set trusts the account and may do everything. */
  readonly setRole: (role: Role) => void;
}

/** Expired ones are kept for a while, so that who uses them is told that they have expired. */
const keptAfterExpiry = 24 * 60 * 60 * 1000;

export function startSessions(world: World): Sessions {
  const state = world.part<{ sessions: Session[]; roles?: Role[] }>("sts", () => ({ sessions: [] }));
  const role = (name: string) => state.roles?.find((one) => one.name === name);
  return {
    keyOf: (accessKeyId) => {
      const found = state.sessions.find((one) => one.accessKeyId === accessKeyId);
      if (!found) return undefined;
      const { secretAccessKey, sessionToken, expiresAt, arn, userId, sourceIdentity } = found;
      const caller = { arn, userId, sourceIdentity, actions: role(found.role)?.actions ?? null };
      return { secretAccessKey, sessionToken, expiresAt, caller };
    },
    open: (session) => {
      state.sessions = state.sessions.filter((one) => one.expiresAt > world.time.now() - keptAfterExpiry);
      state.sessions.push(session);
    },
    end: (name) => {
      const now = world.time.now();
      state.sessions = state.sessions.map((one) => (one.role === name ? { ...one, expiresAt: now } : one));
    },
    role,
    setRole: (given) => {
      state.roles = [...(state.roles ?? []).filter((one) => one.name !== given.name), given];
    },
  };
}

const invalid = (field: string, value: string, must: string) =>
  new CloudError(
    "ValidationError",
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: ${must}`,
  );

export function sts({ world, sessions }: { readonly world: World; readonly sessions: Sessions }): CloudApi {
  const { random, time } = world;
  const upper = (length: number) => random.hex(length).toUpperCase();

  return {
    service: "sts",
    protocol: "query",
    marker: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    buckets: [],
    operations: {
      GetCallerIdentity: (_, caller) => ({ UserId: caller.userId, Account: world.account, Arn: caller.arn }),

      AssumeRole: (input, caller) => {
        const role = required(input, "RoleArn");
        const name = required(input, "RoleSessionName");
        const source = text(input, "SourceIdentity");
        for (const [field, value] of [
          ["roleSessionName", name],
          ["sourceIdentity", source],
        ] as const) {
          if (value !== undefined && !/^[\w+=,.@-]{2,64}$/.test(value)) {
            throw invalid(field, value, "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
          }
        }
        const [, account = "", path = ""] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(role) ?? [];
        if (path === "") throw invalid("roleArn", role, "Member must be the ARN of a role");
        const seconds = formNumber(input, "DurationSeconds") ?? 3600;
        if (seconds < 900 || seconds > 43_200) {
          throw invalid("durationSeconds", String(seconds), "Member must have a value from 900 to 43200");
        }
        // A role that was assumed may assume another for an hour at most.
        if (caller.arn.includes(":assumed-role/") && seconds > 3600) {
          throw new CloudError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
          );
        }
        const short = path.slice(path.lastIndexOf("/") + 1);
        const known = sessions.role(short);
        const denied = (action: string) =>
          new CloudError(
            "AccessDenied",
            `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${role}`,
            403,
          );
        const isStrange = account !== world.account || /missing|forbidden/i.test(short) || known?.trusted === false;
        if (isStrange) throw denied("sts:AssumeRole");
        if (known?.externalId !== undefined && text(input, "ExternalId") !== known.externalId) {
          throw denied("sts:AssumeRole");
        }
        // Once it is set a source identity stays through every further role. Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
        const inherited = caller.sourceIdentity ?? null;
        if (inherited !== null && source !== undefined && source !== inherited) throw denied("sts:SetSourceIdentity");
        if (seconds > (known?.maxSeconds ?? 43_200)) {
          throw new CloudError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
          );
        }
        const expiresAt = time.now() + seconds * 1000;
        const session = {
          accessKeyId: `ASIA${upper(16)}`,
          secretAccessKey: random.letters(40),
          sessionToken: random.letters(200),
          expiresAt,
          arn: `arn:aws:sts::${account}:assumed-role/${short}/${name}`,
          userId: `AROASANDBOX000000000:${name}`,
          sourceIdentity: source ?? inherited,
          role: short,
        };
        sessions.open(session);
        return {
          Credentials: {
            AccessKeyId: session.accessKeyId,
            SecretAccessKey: session.secretAccessKey,
            SessionToken: session.sessionToken,
            Expiration: new Date(expiresAt).toISOString(),
          },
          AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
          SourceIdentity: session.sourceIdentity ?? undefined,
        };
      },
    },
  };
}
