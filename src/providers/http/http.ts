import type { HealthAddress, HealthCheck, Reading } from "../../domain/health/health.ts";
import type { Provider } from "../../domain/platform.ts";
import { type Answer, ask, type Unanswered } from "./ask.ts";
import { readCertificate } from "./certificate.ts";

/** Health by HTTP and HTTPS: only the addresses the configuration names, and no redirect to another host. */
export function httpProvider(): Provider {
  return {
    id: "http",
    check: async () => [],
    certificate: readCertificate,
    health: { id: "http", read: async (check) => (check.address ? readAddress(check, check.address) : []) },
  };
}

/** A certificate that ends sooner is critical, whatever the configuration says of warnings. */
const criticalDays = 7;

async function readAddress(check: HealthCheck, address: HealthAddress): Promise<readonly Reading[]> {
  const { answer, at, milliseconds } = await ask(address);
  const reading = (state: Reading["state"], detail: string): Reading => ({
    checkId: check.id,
    target: check.target,
    title: check.title,
    value: milliseconds,
    unit: "ms",
    state,
    detail,
    at,
  });
  if ("fault" in answer) return [reading(answer.fault, answer.detail)];
  return [reading(...judged(address, answer, milliseconds)), ...certificate(check, address, answer, at)];
}

/** What an answer says about health. Pure. */
export function judged(
  address: HealthAddress,
  answer: Answer,
  milliseconds: number,
): readonly [Reading["state"], string] {
  const said = `answered ${answer.status} in ${milliseconds} ms`;
  const healthy =
    address.status === null ? answer.status >= 200 && answer.status < 300 : answer.status === address.status;
  if (!healthy) return ["critical", answer.elsewhere ? `${said}, sending on to another host` : said];
  const wrong = address.expect.find(({ path, value }) => !says(answer.body, path, value));
  if (wrong) return ["critical", `${said}, but ${wrong.path} is ${found(answer.body, wrong.path)}, not ${wrong.value}`];
  if (milliseconds > address.slowMilliseconds)
    return ["warning", `${said}, slower than ${address.slowMilliseconds} ms`];
  return ["ok", said];
}

function says(body: string, path: string, value: string): boolean {
  const at = valueAt(body, path);
  return at !== undefined && typeof at !== "object" && String(at) === value;
}

function found(body: string, path: string): string {
  const at = valueAt(body, path);
  if (at === undefined) return "not there";
  return JSON.stringify(at).slice(0, 80);
}

function valueAt(body: string, path: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

function certificate(check: HealthCheck, address: HealthAddress, answer: Answer, at: Date): readonly Reading[] {
  if (!answer.certificateEnds) return [];
  const days = Math.floor((answer.certificateEnds.getTime() - at.getTime()) / 86_400_000);
  return [
    {
      checkId: `${check.id}#certificate`,
      target: check.target,
      title: `${check.title}, certificate`,
      value: days,
      unit: "days",
      state: days < criticalDays ? "critical" : days <= address.certificateDays ? "warning" : "ok",
      detail: `ends in ${days} days, on ${answer.certificateEnds.toISOString().slice(0, 10)}`,
      at,
    },
  ];
}

export type { Answer, Unanswered };
