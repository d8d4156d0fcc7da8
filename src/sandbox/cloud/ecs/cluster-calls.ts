import type { Cloud, Operation } from "../api.ts";
import { integer, list, page, text } from "../input.ts";
import { invalid } from "./refusals.ts";
import { clusterArn } from "./shapes.ts";
import { ecsState } from "./state.ts";

export function clusterCalls({ world }: Cloud): Readonly<Record<string, Operation>> {
  const state = ecsState(world);
  function shape(name: string, withTags: boolean) {
    const tasks = state.tasks.filter((task) => task.cluster === name);
    return {
      clusterArn: clusterArn(world, name),
      clusterName: name,
      status: "ACTIVE",
      registeredContainerInstancesCount: 0,
      runningTasksCount: tasks.filter((task) => task.lastStatus === "RUNNING").length,
      pendingTasksCount: tasks.filter((task) => ["PROVISIONING", "PENDING", "ACTIVATING"].includes(task.lastStatus))
        .length,
      activeServicesCount: state.services.filter((one) => one.cluster === name && one.status === "ACTIVE").length,
      statistics: [],
      settings: [{ name: "containerInsights", value: "disabled" }],
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [],
      ...(withTags ? { tags: state.tags[clusterArn(world, name)] ?? [] } : {}),
    };
  }
  return {
    DescribeClusters: (input) => {
      const wanted = list(input, "clusters") ?? ["default"];
      if (wanted.length > 100) throw invalid("Clusters cannot have more than 100 elements.");
      const withTags = list(input, "include")?.includes("TAGS") ?? false;
      const found = (name: string) => state.clusters.find((one) => one.name === name || one.arn === name);
      return {
        clusters: wanted.flatMap((name) => found(name)?.name ?? []).map((name) => shape(name, withTags)),
        failures: wanted
          .filter((name) => !found(name))
          .map((name) => ({ arn: name.startsWith("arn:") ? name : clusterArn(world, name), reason: "MISSING" })),
      };
    },
    ListClusters: (input) => {
      const size = integer(input, "maxResults", { low: 1, high: 100 }, invalid) ?? 100;
      const arns = state.clusters.map((one) => one.arn);
      const { items, nextToken } = page(arns, size, text(input, "nextToken"), invalid);
      return { clusterArns: items, nextToken };
    },
  };
}
