import type { Tag } from "../query-input.ts";
import type { World } from "../world.ts";

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  stages: string[];
  /** The text, or base 64 of the bytes. */
  readonly text: string | null;
  readonly binary: string | null;
}

export interface SecretRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly createdAt: number;
  changedAt: number;
  accessedAt: number | null;
  rotatedAt: number | null;
  rotationEnabled: boolean;
  rotationLambda: string | null;
  rotationDays: number | null;
  tags: Tag[];
  versions: SecretVersion[];
  /** The version a rotation that has not ended is making. */
  rotating: string | null;
}

export interface SecretsState {
  secrets: SecretRecord[];
}

/** Secrets, and rotations through time. */
export interface Secrets {
  readonly state: SecretsState;
  readonly find: (nameOrArn: string) => SecretRecord | undefined;
  readonly rotate: (secret: SecretRecord, version: string) => void;
  /** Puts a label on a version and takes it from the one that had it; a moved AWSCURRENT leaves AWSPREVIOUS behind. */
  readonly moveStage: (secret: SecretRecord, stage: string, to: SecretVersion) => void;
  readonly password: (length: number, alphabet: string) => string;
}

/** Seconds from the call to the Lambda's first step, and from there until the new value is tested and current. */
const seconds = { create: [2, 4], finish: [12, 25] } as const;
/** A rotation that failed is attempted again. */
const reattempt = 60;
const day = 24 * 60 * 60 * 1000;
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

export const stageOf = (secret: SecretRecord, stage: string) =>
  secret.versions.find((version) => version.stages.includes(stage));

/** Whether AWSPENDING sits on another version than AWSCURRENT. */
export function isHalfRotated(secret: SecretRecord): boolean {
  const pending = stageOf(secret, "AWSPENDING");
  return pending !== undefined && pending !== stageOf(secret, "AWSCURRENT");
}

export function startSecrets(world: World): Secrets {
  const { time, random } = world;
  const state = world.part<SecretsState>("secretsmanager", () => exampleSecrets(world));
  const find = (nameOrArn: string) => {
    const exact = state.secrets.find((one) => one.name === nameOrArn || one.arn === nameOrArn);
    // An ARN without the six characters at its end will do.
    return exact ?? state.secrets.find((one) => one.arn.slice(0, -7) === nameOrArn);
  };

  function password(length: number, alphabet: string): string {
    let answer = "";
    for (let index = 0; index < length; index += 1) answer += alphabet[Math.floor(random.between(0, alphabet.length))];
    return answer;
  }

  function moveStage(secret: SecretRecord, stage: string, to: SecretVersion): void {
    const from = stageOf(secret, stage);
    if (from === to) return;
    if (from) from.stages = from.stages.filter((one) => one !== stage);
    to.stages.push(stage);
    secret.changedAt = time.now();
    if (stage === "AWSCURRENT" && from) moveStage(secret, "AWSPREVIOUS", from);
    if (stage === "AWSCURRENT") to.stages = to.stages.filter((one) => one !== "AWSPREVIOUS");
  }

  const later = ([low, high]: readonly [number, number], step: string, secret: SecretRecord, version: string) =>
    void time.after(random.between(low, high) * 1000, `secret.${step}`, `${secret.arn} ${version}`);
  function on(step: string, work: (secret: SecretRecord, version: string) => void): void {
    time.on(`secret.${step}`, (subject) => {
      const [arn = "", version = ""] = subject.split(" ");
      const secret = find(arn);
      if (secret?.rotating === version) work(secret, version);
    });
  }

  on("create", (secret, id) => {
    const current = stageOf(secret, "AWSCURRENT");
    const fresh = password(32, letters);
    const version: SecretVersion = {
      id,
      createdAt: time.now(),
      stages: [],
      text: withPassword(current?.text ?? null, fresh),
      binary: null,
    };
    secret.versions.push(version);
    moveStage(secret, "AWSPENDING", version);
    later(seconds.finish, "finish", secret, id);
  });
  on("finish", (secret, id) => {
    const version = secret.versions.find((one) => one.id === id);
    if (!version) return;
    if (world.faultOn("stuck-rotation", secret.name)) {
      later([reattempt, reattempt], "finish", secret, id);
      return;
    }
    moveStage(secret, "AWSCURRENT", version);
    secret.rotatedAt = time.now();
    secret.rotating = null;
    secret.versions = secret.versions.filter((one) => one.stages.length > 0 || one.createdAt > time.now() - day);
  });

  return {
    state,
    find,
    moveStage,
    password,
    rotate: (secret, version) => {
      secret.rotating = version;
      later(seconds.create, "create", secret, version);
    },
  };
}

/** The value with a new password: in its JSON where it is that, else the whole of it. */
function withPassword(text: string | null, fresh: string): string {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (value !== null && typeof value === "object") return JSON.stringify({ ...value, password: fresh });
  } catch {
    // Not JSON: the secret is the password itself.
  }
  return fresh;
}

/** The secrets of the example account. All of them are made up and open nothing. */
function exampleSecrets(world: World): SecretsState {
  const now = world.time.now();
  const secret = (
    name: string,
    suffix: string,
    description: string,
    value: string,
    lambda: string | null,
    changedDaysAgo: number,
  ): SecretRecord => ({
    name,
    arn: world.arn("secretsmanager", `secret:${name}-${suffix}`),
    description,
    createdAt: now - 300 * day,
    changedAt: now - changedDaysAgo * day,
    accessedAt: now - (now % day),
    rotatedAt: lambda ? now - changedDaysAgo * day : null,
    rotationEnabled: lambda !== null,
    rotationLambda: lambda ? world.arn("lambda", `function:${lambda}`) : null,
    rotationDays: lambda ? 30 : null,
    tags: [{ Key: "environment", Value: "production" }],
    versions: [
      {
        id: `00000000-0000-4000-8000-${String(suffix.charCodeAt(0)).padStart(12, "0")}`,
        createdAt: now - changedDaysAgo * day,
        stages: ["AWSCURRENT"],
        text: value,
        binary: null,
      },
    ],
    rotating: null,
  });
  const postgres = JSON.stringify({
    engine: "postgres",
    host: "waooaw-postgres-production.c9akciq32rxj.eu-west-1.rds.amazonaws.com",
    port: 5432,
    dbname: "waooaw_production",
    username: "waooaw",
    password: "planted-postgres-password-7hK2",
  });
  return {
    secrets: [
      secret("waooaw/prod/postgres", "Ab3dEf", "Login of the backend", postgres, "waooaw-rotate-postgres", 20),
      secret("waooaw/prod/redis", "Gh4jKl", "AUTH token of the cache", "planted-redis-token-9sQ4", null, 190),
      secret("waooaw/prod/jwt", "Mn5pQr", "Key that signs sessions", "planted-jwt-key-3vX8", null, 400),
    ],
  };
}
