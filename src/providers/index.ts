import type { Provider } from "../domain/platform.ts";
import type { AwsOptions } from "./aws.ts";
import { ecsProvider } from "./ecs/ecs.ts";

/** Every platform the product can operate. */
export function providers(options: AwsOptions): readonly Provider[] {
  return [ecsProvider(options)];
}
