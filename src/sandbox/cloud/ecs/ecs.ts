import type { Cloud, CloudApi } from "../api.ts";
import { clusterCalls } from "./cluster-calls.ts";
import { serviceCalls } from "./service-calls.ts";
import { serviceDeploymentCalls } from "./service-deployment-calls.ts";
import { tagCalls } from "./tag-calls.ts";
import { taskCalls } from "./task-calls.ts";
import { taskDefinitionCalls } from "./task-definition-calls.ts";
import { taskSetCalls } from "./task-set-calls.ts";

/** Buckets as in the developer guide's page on request throttling. */
export const ecs = (cloud: Cloud): CloudApi => ({
  service: "ecs",
  protocol: "json-1.1",
  marker: "AmazonEC2ContainerServiceV20141113",
  operations: {
    ...clusterCalls(cloud),
    ...serviceCalls(cloud),
    ...taskCalls(cloud),
    ...taskSetCalls(cloud),
    ...taskDefinitionCalls(cloud),
    ...serviceDeploymentCalls(cloud),
    ...tagCalls(cloud),
  },
  buckets: [
    { operations: ["DescribeServices", "ListServices"], burst: 100, perSecond: 20 },
    { operations: ["UpdateService"], burst: 50, perSecond: 5 },
    { operations: ["DescribeTasks", "ListTasks"], burst: 100, perSecond: 20 },
    { operations: ["RunTask", "StopTask"], burst: 100, perSecond: 40 },
    {
      operations: [
        "ListServiceDeployments",
        "DescribeServiceDeployments",
        "DescribeServiceRevisions",
        "StopServiceDeployment",
      ],
      burst: 50,
      perSecond: 20,
    },
    { operations: ["RegisterTaskDefinition", "DeregisterTaskDefinition"], burst: 20, perSecond: 1 },
    { operations: ["DescribeTaskDefinition", "ListTaskDefinitions"], burst: 50, perSecond: 20 },
  ],
});
