import { type BackupSettings, noBackups } from "../domain/backup/settings.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { PrometheusIntegration } from "../domain/integrations.ts";
import { type AccessRoles, tiers } from "../domain/platform/identity.ts";
import type { CheckResult, Provider } from "../domain/platform.ts";
import { ProviderError } from "../errors.ts";
import type { AwsOptions } from "./aws.ts";
import { awsSessions } from "./aws-sessions.ts";
import { bullmqProvider } from "./bullmq/bullmq.ts";
import { cloudtrailProvider } from "./cloudtrail/cloudtrail.ts";
import { cloudwatchProvider } from "./cloudwatch/cloudwatch.ts";
import { costProvider } from "./cost/cost.ts";
import { isDumpOf, operationMark } from "./dumps/directory.ts";
import { dumpKeeping } from "./dumps/keeping.ts";
import { manifestName, manifestText, readManifest } from "./dumps/manifest.ts";
import { ecsProvider } from "./ecs/ecs.ts";
import { elasticacheProvider } from "./elasticache/elasticache.ts";
import { httpProvider } from "./http/http.ts";
import { mysqlProvider } from "./mysql/mysql.ts";
import { checkElsewhere, reachablePostgres } from "./postgres/checks.ts";
import { postgresProvider } from "./postgres/postgres.ts";
import { prometheusProvider } from "./prometheus/prometheus.ts";
import { rdsProvider } from "./rds/rds.ts";
import { redisProvider } from "./redis/redis.ts";
import { s3Store } from "./s3/s3-store.ts";
import { secretsProvider } from "./secrets/secrets.ts";
import { withRoles } from "./with-roles.ts";

/** What the platforms are reached with. */
export interface Access {
  readonly aws: AwsOptions;
  /** Addresses of data stores by the name that placements give. */
  readonly connections: ReadonlyMap<string, string>;
  readonly prometheus: PrometheusIntegration | null;
  /** Roles that calls to AWS are made with, by environment; the bot's own credentials where it names none. */
  readonly roles?: ReadonlyMap<string, AccessRoles & { readonly region: string | null }>;
  /** For how long credentials still last. Default: the machine's clock. */
  readonly now?: () => Date;
  /** Where dumps are kept, and by which programs they are made. */
  readonly backups?: BackupSettings | undefined;
}

/** Every platform the product can operate. */
export function providers(access: Access): readonly Provider[] {
  const { aws, connections, prometheus, backups = noBackups } = access;
  const sessions = sessionsOf(access);
  const names = { manifestName, manifestText, readManifest, isDumpOf, operationMark };
  // Dumps may go to one bucket from several environments: they are kept with the bot's own credentials.
  const keeping = dumpKeeping(backups, (place) => s3Store(aws, place, names));
  const onAws = [
    ecsProvider(aws),
    cloudwatchProvider(aws),
    cloudtrailProvider(aws),
    secretsProvider(aws),
    rdsProvider(aws, { reachable: reachablePostgres(connections), check: checkElsewhere(connections) }),
    elasticacheProvider(aws),
  ];
  return [
    ...onAws.map((provider) => withRoles(provider, sessions)),
    // What an account costs is no environment's: it is read with the bot's own credentials.
    costProvider(aws),
    postgresProvider(connections, keeping),
    mysqlProvider(connections, keeping),
    redisProvider(connections),
    bullmqProvider(connections),
    httpProvider(),
    prometheusProvider(prometheus),
  ];
}

function sessionsOf({ aws, roles = new Map(), now = () => new Date() }: Access) {
  return awsSessions({ aws, roles, now });
}

/** The roles that a configuration names, by environment. */
export function rolesOf({ environments }: Pick<Configuration, "environments">): NonNullable<Access["roles"]> {
  return new Map(environments.flatMap(({ name, region, access }) => (access ? [[name, { ...access, region }]] : [])));
}

/** Whether each role that is named can be assumed, and who the bot is then; for doctor. Never throws. */
export async function checkRoles(access: Access): Promise<readonly CheckResult[]> {
  const sessions = sessionsOf(access);
  const named = [...(access.roles ?? [])].flatMap(([environment, { roles }]) => [
    { environment, tier: null },
    ...tiers.filter((tier) => roles[tier] !== null).map((tier) => ({ environment, tier })),
  ]);
  return Promise.all(
    named.map(async ({ environment, tier }): Promise<CheckResult> => {
      const what = `${environment}: ${tier === null ? "the bot itself" : `the role for ${words[tier]}`}`;
      try {
        return { what, ok: true, found: await sessions.whoAmI(environment, tier), fix: null };
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const found = `${error.operation}: ${error.code}. ${error.message}`;
        return { what, ok: false, found, fix: "docs/providers/aws-access.md shows the policies that this needs." };
      }
    }),
  );
}

const words = { read: "reading", operate: "operating", destructive: "what cannot be taken back" };
