import type { Cloud, CloudApi } from "./api.ts";
import { ecsState } from "./ecs/state.ts";
import { queueNames } from "./queue-names.ts";

/** What each kind of fault can be switched on for. */
export const faultTargets = (cloud: Cloud, apis: readonly CloudApi[]) => ({
  service: ecsState(cloud.world).services.map((service) => service.name),
  scalable: cloud.autoscaler.state.targets.map(({ resource }) => resource.slice(resource.lastIndexOf("/") + 1)),
  database: cloud.databases.state.instances.map((instance) => instance.id),
  cache: cloud.caches.state.groups.map((group) => group.id),
  secret: cloud.secrets.state.secrets.map((secret) => secret.name),
  queue: queueNames,
  api: [...apis.map((api) => api.service), "s3"],
  bucket: cloud.objects.buckets().map((bucket) => bucket.name),
  budget: ["budget"],
});

/** Every action by the name that policies know it by. */
export const actionsOf = (api: CloudApi): readonly string[] =>
  Object.keys(api.operations).map((operation) => `${api.actions ?? api.service}:${operation}`);
