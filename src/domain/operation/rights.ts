import type { Caller } from "../access/caller.ts";
import { decide } from "../access/policy.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import type { App } from "../ports.ts";
import type { AnyOperation, OperationRecord, Plan, Ruling, Target } from "./operation.ts";

/** What the policy says now of a person, a target and what would change; throws its Refusal. */
export async function rule(
  app: App,
  operation: AnyOperation,
  facts: {
    readonly target: Target;
    readonly caller: Caller;
    readonly incidentId: string | null;
    readonly count: Plan["count"];
  },
): Promise<Ruling> {
  const incident = facts.incidentId === null ? null : await app.incidents.byId(facts.incidentId);
  return decide(app.config.policy, {
    action: operation.name,
    verb: operation.verb,
    target: facts.target,
    caller: facts.caller,
    count: facts.count,
    duringIncident: incident !== null && isOpen(incident),
    roles: rolesOf(incident, facts.caller.userId),
  });
}

/** The roles a person holds in the incident an operation was asked from. */
export async function rolesFor(app: App, operation: OperationRecord, userId: string): Promise<readonly string[]> {
  return rolesOf(operation.incidentId === null ? null : await app.incidents.byId(operation.incidentId), userId);
}

function rolesOf(incident: Incident | null, userId: string): readonly string[] {
  return incident?.roles.filter((held) => held.userId === userId).map((held) => held.role) ?? [];
}
