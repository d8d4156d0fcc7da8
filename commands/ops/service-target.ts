import type { Configuration } from "../../src/domain/configuration.ts";
import type { Target } from "../../src/domain/operation/operation.ts";
import { Refusal } from "../../src/errors.ts";

/** The service a button or a form names as environment/name, as it is configured now. */
export function serviceTarget(config: Configuration, value: string | null): Target {
  for (const service of config.services) {
    const placement = service.runs.find((run) => `${run.environment}/${service.name}` === value);
    if (!placement) continue;
    const environment = config.environments.find((one) => one.name === placement.environment);
    return {
      kind: "service",
      name: service.name,
      environment: placement.environment,
      production: environment?.production ?? true,
      placement,
    };
  }
  throw new Refusal("unknown_target", "Pick a service.", null, "service");
}
