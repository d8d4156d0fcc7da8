/** The ports of the platforms: what can be read and done there, in the operator's words. */
import type { Placement } from "./configuration.ts";
import type { CertificateRead } from "./health/certificates.ts";
import type { HealthSource } from "./health/health.ts";
import type { LogsRead } from "./logs/logs.ts";
import type { SlowLogRead } from "./logs/slow-log.ts";
import type { CachesRead, CachesWrite } from "./platform/caches.ts";
import type { CostsRead } from "./platform/costs.ts";
import type { DatabasesRead, DatabasesWrite } from "./platform/databases.ts";
import type { DumpsRead, DumpsWrite } from "./platform/dumps.ts";
import type { MeasuresRead, MetricRead } from "./platform/measures.ts";
import type { QueuesRead, QueuesWrite } from "./platform/queues.ts";
import type { ReleasesRead, ReleasesWrite } from "./platform/releases.ts";
import type { SecretsRead, SecretsWrite } from "./platform/secrets.ts";
import type { NodesRead, NodesWrite, SizesRead, SizesWrite } from "./platform/sizes.ts";
import type { SnapshotsRead, SnapshotsWrite } from "./platform/snapshots.ts";
import type { TrafficRead, TrafficWrite } from "./platform/traffic.ts";
import type { TrailRead } from "./platform/trail.ts";

/** A platform offers the ports it has and simply lacks the others. */
export interface Provider {
  /** The word in the configuration's placements: ecs. */
  readonly id: string;
  /** Whether it can be reached and with which rights; for doctor. Never throws. */
  readonly check: (placements: readonly Placement[]) => Promise<readonly CheckResult[]>;
  readonly services?: Port<ServicesRead, ServicesWrite>;
  readonly releases?: Port<ReleasesRead, ReleasesWrite>;
  /** The requests that a load balancer sends to services. */
  readonly traffic?: Port<TrafficRead, TrafficWrite>;
  readonly databases?: Port<DatabasesRead, DatabasesWrite>;
  readonly caches?: Port<CachesRead, CachesWrite>;
  readonly queues?: Port<QueuesRead, QueuesWrite>;
  readonly secrets?: Port<SecretsRead, SecretsWrite>;
  /** Backups that the platform keeps, instances made of them, and the change to its standby. */
  readonly snapshots?: Port<SnapshotsRead, SnapshotsWrite>;
  /** What the servers of databases are made of. */
  readonly sizes?: Port<SizesRead, SizesWrite>;
  /** What the nodes of caches are made of. */
  readonly nodes?: Port<NodesRead, NodesWrite>;
  /** Backups as files, written by the server's own client programs. */
  readonly dumps?: Port<DumpsRead, DumpsWrite>;
  readonly measures?: MeasuresRead;
  readonly logs?: LogsRead;
  /** What servers of databases write down as slow. */
  readonly slowLog?: SlowLogRead;
  readonly certificate?: CertificateRead;
  /** What the account costs. */
  readonly costs?: CostsRead;
  /** Who did what in an account. */
  readonly trail?: TrailRead;
  /** Reads metrics that the configuration names one by one. */
  readonly metric?: MetricRead;
  /** Reads health checks of its own kind. */
  readonly health?: HealthSource;
}

export interface Port<R, W> {
  readonly read: R;
  readonly write: W;
}

export interface CheckResult {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do about it; null when ok. */
  readonly fix: string | null;
}

export interface ServicesRead {
  /** The service as it stands; throws ProviderError not_found where there is none. */
  readonly describe: (at: Placement) => Promise<ServiceState>;
  /** What scales it by itself; null when nothing does. */
  readonly autoscaling: (at: Placement) => Promise<Autoscaling | null>;
  /** Events since a moment, oldest first. */
  readonly events: (at: Placement, since: Date) => Promise<readonly ServiceEvent[]>;
  /** Targets healthy behind its load balancer; null when there is none. */
  readonly balancer: (at: Placement) => Promise<{ readonly healthy: number; readonly total: number } | null>;
  /** Tasks that stopped since a moment by themselves, with the platform's reason; newest first, at most 10. */
  readonly failures: (at: Placement, since: Date) => Promise<readonly { readonly at: Date; readonly reason: string }[]>;
}

export interface ServicesWrite {
  /**
   * Sets the desired count and nothing else. Repeating it changes nothing. With `from`, one that is neither that nor
   * already as asked is left alone: ProviderError refused, code CountMoved.
   */
  readonly setCount: (at: Placement, count: number, options?: { readonly from: number }) => Promise<void>;
  /**
   * Replaces all tasks by new ones of the revision that runs. A service that has a newer deployment of that revision
   * is left alone, so repeating it changes nothing; one of another revision is refused, code DeploymentMoved.
   */
  readonly redeploy: (at: Placement, from: { readonly deployment: string; readonly revision: string }) => Promise<void>;
  /** Sets the autoscaler's bounds; null leaves one as it is. Repeating it changes nothing. */
  readonly setBounds: (
    at: Placement,
    bounds: { readonly min: number | null; readonly max: number | null },
  ) => Promise<void>;
}

export interface ServiceState {
  readonly status: "active" | "draining" | "inactive";
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** What runs, as people say it: backend:42. */
  readonly version: string;
  /** Full name of what runs, for comparing. */
  readonly revision: string;
  readonly images: readonly string[];
  readonly deployments: readonly ServiceDeployment[];
  readonly lastDeployedAt: Date | null;
  /** Set where a count cannot be set here: why. */
  readonly notScalable: string | null;
  /** Set where another version cannot be deployed here: why. */
  readonly notReleasable?: string | null;
  /** What to do instead where another version cannot be deployed here, a sentence. */
  readonly releaseInstead?: string | null;
  /** Set where a new version is brought up beside the old one and only then gets the requests: how, and for how many minutes both stay. */
  readonly beside?: { readonly strategy: string; readonly bakeMinutes: number } | null;
}

export interface ServiceDeployment {
  readonly id: string;
  readonly primary: boolean;
  readonly state: "in-progress" | "completed" | "failed";
  readonly reason: string | null;
  readonly version: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly failed: number;
  readonly since: Date;
}

export interface ServiceEvent {
  readonly at: Date;
  readonly text: string;
  /** The platform says something went wrong. */
  readonly trouble: boolean;
}

export interface Autoscaling {
  readonly min: number;
  readonly max: number;
  readonly suspended: boolean;
  /** Each policy in a few words: "cpu at 60 %". */
  readonly policies: readonly string[];
  readonly activities: readonly { readonly at: Date; readonly text: string }[];
}
