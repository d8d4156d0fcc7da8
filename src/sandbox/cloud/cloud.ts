import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SandboxClock } from "../clock.ts";
import type { ActAnswer, CloudAct, CloudState } from "../page/protocol.ts";
import { account, fillAccount, region } from "./account.ts";
import type { Cloud } from "./api.ts";
import { apis } from "./apis.ts";
import { startAutoscaler } from "./autoscaler.ts";
import { type BehindTheBack, behindTheBack } from "./behind-the-back.ts";
import { type Call, type Calls, startCalls } from "./calls.ts";
import { startMonitoring } from "./cloudwatch/monitoring.ts";
import { startDeploymentAlarms } from "./ecs/deployment-alarms.ts";
import { startScheduler } from "./ecs/scheduler.ts";
import { ecsState } from "./ecs/state.ts";
import { startTaskLife } from "./ecs/task-life.ts";
import { startCaches } from "./elasticache/caches.ts";
import { actionsOf, faultTargets } from "./fault-targets.ts";
import { type CallFailure, type Faults, startFaults } from "./faults.ts";
import { type AccessKey, type CloudRequest, makeHandler } from "./handle.ts";
import { startLoadBalancer } from "./load-balancer.ts";
import { startLogStreams } from "./logs/streams.ts";
import { cloudState } from "./panel.ts";
import { startDatabases } from "./rds/databases.ts";
import { makeS3Handler } from "./s3/handle-s3.ts";
import { startObjects } from "./s3/objects.ts";
import { s3Operations } from "./s3/s3.ts";
import { startSecrets } from "./secrets/secrets.ts";
import { readClaim } from "./signature.ts";
import { startSessions } from "./sts.ts";
import { startThrottle } from "./throttle.ts";
import { startTopics, type Topics } from "./topics.ts";
import { startTrail } from "./trail.ts";
import { startWorld, type WorldDump } from "./world.ts";

export interface SandboxCloud {
  /** `http://127.0.0.1:<port>`: what AWS_ENDPOINT_URL is set to. */
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly region: string;
  readonly state: () => CloudState;
  readonly act: (act: CloudAct) => ActAnswer;
  /** Calls back after anything has changed; the answer ends it. */
  readonly onChange: (listener: () => void) => () => void;
  /** The last thousand calls, oldest first. */
  readonly calls: () => readonly Call[];
  readonly forgetCalls: () => void;
  readonly faults: CloudFaults;
  /** What it answers to, by the service's name in the credential scope. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
  /** Token buckets as AWS has them; on from the start. */
  readonly setThrottling: (on: boolean) => void;
  /** Changes made by somebody else. */
  readonly world: BehindTheBack;
  /** What delivers alarms to who has subscribed. */
  readonly topics: Topics;
  /** Everything, as plain JSON, for `restore` of another start. */
  readonly dump: () => CloudDump;
  /** Calls that are held up by `slow-api` or a `delayMs`. */
  readonly waiting: () => number;
  readonly stop: () => Promise<void>;
}

export interface CloudFaults {
  readonly isOn: (name: string, target: string) => boolean;
  /** Throws when there is no such fault or target; the target is a service, an API or "all". */
  readonly set: (name: string, target: string, on: boolean) => void;
  /** Lets calls to one operation fail, or with "*" to all. */
  readonly fail: (operation: string, failure: CallFailure) => void;
  readonly clear: () => void;
}

export interface CloudDump {
  readonly version: number;
  readonly world: WorldDump;
  readonly faults: ReturnType<Faults["dump"]>;
}

export interface CloudOptions {
  /** Default: any free one. */
  readonly port?: number;
  readonly clock: SandboxClock;
  /** Cloud seconds per second of the clock, default 1. */
  readonly speed?: number;
  readonly seed?: number;
  /** What `dump` of an earlier start answered, perhaps through JSON; the time in between passes at once. */
  readonly restore?: unknown;
}

/** Made up; they open nothing anywhere. */
const credentials = { accessKeyId: "AKIASANDBOX000000000", secretAccessKey: "sandbox-secret-key" };
const user: AccessKey = {
  secretAccessKey: credentials.secretAccessKey,
  caller: { arn: `arn:aws:iam::${account}:user/tocsin`, userId: "AIDASANDBOX0000000000" },
};
/** Raised when older dumps can no longer be read; the cloud then begins anew. */
const dumpVersion = 1;
const longestBody = 1024 * 1024;
const longestObject = 128 * 1024 * 1024;
const speeds = { slowest: 0.1, fastest: 1000 };

export async function startCloud(options: CloudOptions): Promise<SandboxCloud> {
  const { clock } = options;
  const given = options.restore as Partial<CloudDump> | null | undefined;
  const restore = given?.version === dumpVersion ? (given as CloudDump) : undefined;
  const faults: Faults = startFaults(
    {
      of: (kind) => faultTargets(cloud, offered)[kind],
      taskDefinitions: () =>
        ecsState(cloud.world).taskDefinitions.map(({ family, revision }) => `${family}:${revision}`),
      actions: () => [...offered.flatMap(actionsOf), ...Object.keys(s3).map((operation) => `s3:${operation}`)],
    },
    restore?.faults,
  );
  const calls = startCalls();
  const cloud = startParts(options, faults, calls, restore?.world);
  if (!restore) fillAccount(cloud);
  const offered = apis.map((api) => api(cloud));
  const topics = startTopics(cloud.world, cloud.alarms);
  const s3 = s3Operations(cloud.world, cloud.objects);

  const throttle = startThrottle(clock);
  const listeners = new Set<() => void>();
  let cancelAlarm = () => {};
  let stopped = false;

  /** Plays what is due, tells the listeners, and sets the alarm for what comes next. */
  function settle(changed = true): void {
    const played = cloud.world.time.catchUp();
    cloud.conditions.observe();
    cancelAlarm();
    const wait = stopped ? null : cloud.world.time.untilNext();
    if (wait !== null) cancelAlarm = clock.after(wait, () => settle(false));
    if (played || changed) for (const listener of listeners) listener();
  }

  const shared = {
    keyOf: (id: string) => (id === credentials.accessKeyId ? user : cloud.sessions.keyOf(id)),
    region,
    clock,
    faults,
    calls,
    settle: () => settle(false),
  };
  const { handle, waiting } = makeHandler({ ...shared, apis: offered, throttle });
  const handleS3 = makeS3Handler(shared, s3);
  const server = createServer((request, response) => void answer(request, response));

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const isS3 = readClaim(incoming.headers.authorization)?.service === "s3";
    const body = await readBody(incoming, isS3 ? longestObject : longestBody);
    if (body === "too long") {
      response.writeHead(413).end();
      return;
    }
    if (body === "broken off") return;
    const { method = "GET", url = "/", headers } = incoming;
    const request: CloudRequest = { method, url, headers, body };
    const result = await (isS3 ? handleS3 : handle)(request);
    if (result === "drop") {
      incoming.socket.destroy();
      return;
    }
    response.writeHead(result.status, result.headers).end(result.body);
    for (const listener of listeners) listener();
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  settle();

  function act(asked: CloudAct): ActAnswer {
    if (asked.act === "speed") {
      const { slowest, fastest } = speeds;
      if (!(asked.speed >= slowest && asked.speed <= fastest)) {
        return { ok: false, error: `The speed must be between ${slowest} and ${fastest}.` };
      }
      cloud.world.time.setSpeed(asked.speed);
      settle();
      return { ok: true };
    }
    const error = faults.set(asked.name, asked.target, asked.on);
    settle();
    return error === null ? { ok: true } : { ok: false, error };
  }

  return {
    endpoint: `http://127.0.0.1:${port}`,
    credentials,
    region,
    state: () => {
      settle(false);
      return cloudState(cloud, faults, calls.list(), clock.now());
    },
    act,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    calls: calls.list,
    forgetCalls: calls.clear,
    faults: {
      isOn: (name, target) => faults.isOn(name, target),
      set: (name, target, on) => {
        const error = faults.set(name, target, on);
        if (error !== null) throw new Error(error);
        settle();
      },
      fail: faults.fail,
      clear: () => {
        faults.clear();
        settle();
      },
    },
    operations: {
      ...Object.fromEntries(offered.map((api) => [api.service, Object.keys(api.operations)])),
      s3: Object.keys(s3),
    },
    setThrottling: throttle.setOn,
    world: behindTheBack(cloud, settle),
    topics,
    dump: () => {
      settle(false);
      return { version: dumpVersion, world: cloud.world.dump(), faults: faults.dump() };
    },
    waiting,
    stop: async () => {
      stopped = true;
      cancelAlarm();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function startParts(options: CloudOptions, faults: Faults, calls: Calls, restore: WorldDump | undefined): Cloud {
  const { clock, speed = 1, seed = 1 } = options;
  const endFault = (name: string, target: string) => void faults.set(name, target, false);
  const world = startWorld({ account, region, clock, speed, seed, faultOn: faults.isOn, endFault, restore });
  const loadBalancer = startLoadBalancer(world);
  const tasks = startTaskLife(world, loadBalancer);
  const scheduler = startScheduler(world, tasks, loadBalancer);
  const autoscaler = startAutoscaler(world, scheduler);
  const databases = startDatabases(world);
  const secrets = startSecrets(world);
  const caches = startCaches(world);
  const monitoring = startMonitoring({ world, loadBalancer, databases, caches });
  startDeploymentAlarms(world, scheduler, monitoring.alarms);
  const logs = startLogStreams(world, tasks);
  const objects = startObjects(world);
  const sessions = startSessions(world);
  return {
    world,
    loadBalancer,
    tasks,
    scheduler,
    autoscaler,
    databases,
    secrets,
    caches,
    logs,
    objects,
    sessions,
    trail: startTrail(world, calls),
    ...monitoring,
  };
}

async function readBody(incoming: IncomingMessage, longest: number): Promise<Buffer | "too long" | "broken off"> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      size += (chunk as Buffer).length;
      if (size > longest) return "too long";
      chunks.push(chunk as Buffer);
    }
  } catch {
    // The caller went away in the middle of its request: nobody is left to answer.
    return "broken off";
  }
  return Buffer.concat(chunks);
}
