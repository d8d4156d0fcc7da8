import type { OperationRecord } from "../../src/domain/operation/operation.ts";
import { stateInWords } from "../../src/domain/operation/record.ts";
import type { Announced } from "../../src/domain/release-care/announcement.ts";
import { verdictWords } from "../../src/domain/release-care/comparison.ts";
import type { ReleaseWatch } from "../../src/domain/release-care/watch.ts";
import { cut, inert, person, type Reply, reply } from "../kit.ts";

/** That a deployment began, for people outside the team. */
export function deploymentBegun(operation: OperationRecord, services: readonly Announced[]): Reply {
  const { code, requesterId, target } = operation;
  const doing = isRollback(operation) ? "is going back to an earlier version" : "gets a new version";
  const many = services.length > 1 ? doing.replace(/^is /, "are ").replace(/^gets /, "get ") : doing;
  const by = `by ${person(requesterId)} (\`${code}\`)`;
  return reply(`${named(services)} in ${inert(target.environment)} ${many}, ${by}. How it ends is told here.`);
}

/** How a deployment ended, for people outside the team. */
export function deploymentOver(operation: OperationRecord, services: readonly Announced[]): Reply {
  const what = isRollback(operation) ? "Going back to an earlier version" : "The deployment";
  const where = `${named(services)} in ${inert(operation.target.environment)}`;
  return reply(`${what} of ${where} is ${stateInWords(operation)} (\`${operation.code}\`).`);
}

/** That a new deployment was seen which others made, for people outside the team. */
export function deploymentSeen(watch: ReleaseWatch, title: string): Reply {
  return reply(`${seen(watch, title)} gets a new version, which was deployed from elsewhere.`);
}

/** How a deployment that others made compares with the time before it, for people outside the team. */
export function deploymentJudged(watch: ReleaseWatch, title: string): Reply {
  const { verdict: judged } = watch;
  const isKnown = judged !== null && judged !== "unknown";
  const verdict = isKnown ? verdictWords[judged] : "how it compares with before is not known";
  return reply(`${seen(watch, title)} after its deployment: ${verdict}.`);
}

function seen({ version, environment }: ReleaseWatch, title: string): string {
  return `${named([{ title, version }])} in ${inert(environment)}`;
}

function isRollback({ request }: OperationRecord): boolean {
  return request.operation === "rollback-service";
}

function named(services: readonly Announced[]): string {
  const words = services.map(
    ({ title, version }) => `*${inert(title)}*${version === null ? "" : ` (${inert(version)})`}`,
  );
  return cut(words.join(", "), 1000);
}
