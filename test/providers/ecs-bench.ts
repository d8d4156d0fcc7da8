import { onTestFinished } from "vitest";
import type { Placement } from "../../src/domain/configuration.ts";
import type { Port, ServicesRead, ServicesWrite } from "../../src/domain/platform.ts";
import { ecsProvider } from "../../src/providers/ecs/ecs.ts";
import { startClock } from "../../src/sandbox/clock.ts";
import { startCloud } from "../../src/sandbox/cloud/cloud.ts";

export const backendPlace: Placement = {
  environment: "production",
  provider: "ecs",
  at: { cluster: "waooaw-production", service: "waooaw-backend" },
};
export const agentPlace: Placement = { ...backendPlace, at: { ...backendPlace.at, service: "waooaw-agent" } };

/** The provider with the real SDK, against the sandbox's cloud on a clock that only moves by hand. */
export async function startEcs() {
  const beginning = Date.parse("2026-11-22T10:00:00Z");
  const clock = startClock(() => beginning);
  const cloud = await startCloud({ clock });
  onTestFinished(() => cloud.stop());
  const provider = ecsProvider({ region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.credentials });
  if (!provider.services) throw new Error("ECS offers services");
  const services: Port<ServicesRead, ServicesWrite> = provider.services;
  return {
    cloud,
    provider,
    ...services,
    now: () => new Date(clock.now()),
    advance: (seconds: number) => clock.advance(seconds * 1000),
  };
}
