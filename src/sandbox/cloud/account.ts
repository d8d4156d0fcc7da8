import type { Cloud } from "./api.ts";
import { resourceOf } from "./autoscaler.ts";
import { failureThreshold } from "./ecs/deployments.ts";
import { digestsOf } from "./ecs/images.ts";
import { ecsState, type JsonObject, type ServiceRecord } from "./ecs/state.ts";
import { addTaskDefinition } from "./ecs/task-definition-calls.ts";
import { forwardTo } from "./listener-rules.ts";

export const account = "123456789012";
export const region = "eu-west-1";
const clusterName = "waooaw-production";
const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** The services of the example account, as the example configuration names them. */
const services = [
  {
    name: "waooaw-backend",
    container: "backend",
    port: 8000,
    desired: 4,
    revisions: [39, 40, 41, 42],
    cpu: "1024",
    memory: "2048",
    balanced: true,
  },
  {
    name: "waooaw-agent",
    container: "agent",
    port: 8001,
    desired: 2,
    revisions: [17],
    cpu: "512",
    memory: "1024",
    balanced: false,
  },
  {
    name: "waooaw-prometheus",
    container: "prometheus",
    port: 9090,
    desired: 1,
    revisions: [5],
    cpu: "512",
    memory: "1024",
    balanced: false,
  },
  {
    name: "waooaw-grafana",
    container: "grafana",
    port: 3000,
    desired: 1,
    revisions: [8],
    cpu: "256",
    memory: "512",
    balanced: false,
  },
] as const;

/** Fills an empty cloud with one account that has been running quietly for days. */
export function fillAccount(cloud: Cloud): void {
  const { world } = cloud;
  ecsState(world).clusters.push({
    name: clusterName,
    arn: world.arn("ecs", `cluster/${clusterName}`),
    status: "ACTIVE",
  });
  for (const service of services) addService(cloud, service);
}

function addService(cloud: Cloud, from: (typeof services)[number]): void {
  const { world, loadBalancer, tasks, autoscaler } = cloud;
  const state = ecsState(world);
  const now = world.time.now();
  const { digits, hex, letters } = world.random;
  const definitions = from.revisions.map((revision) =>
    addTaskDefinition(cloud, from.name, taskDefinition(from, revision), revision),
  );
  const newest = definitions.at(-1)?.arn ?? "";
  const targetGroup = world.arn("elasticloadbalancing", `targetgroup/${from.name}/${hex(16)}`);
  const service: ServiceRecord = {
    name: from.name,
    arn: world.arn("ecs", `service/${clusterName}/${from.name}`),
    cluster: clusterName,
    createdAt: now - 200 * day,
    status: "ACTIVE",
    schedulingStrategy: "REPLICA",
    desiredCount: from.desired,
    taskDefinition: newest,
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    circuitBreaker: {
      enable: from.balanced,
      rollback: from.balanced,
      resetOnHealthyTask: true,
      thresholdConfiguration: { type: "BOUNDED_PERCENT", value: 50 },
    },
    loadBalancers: from.balanced
      ? [{ targetGroupArn: targetGroup, containerName: from.container, containerPort: from.port }]
      : [],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: ["a", "b", "c"].map((zone) => `subnet-0${zone}${"1".repeat(15)}`),
        securityGroups: [`sg-0${"2".repeat(16)}`],
        assignPublicIp: "DISABLED",
      },
    },
    healthCheckGracePeriodSeconds: from.balanced ? 30 : 0,
    settings: {
      enableExecuteCommand: false,
      enableECSManagedTags: true,
      propagateTags: "SERVICE",
      availabilityZoneRebalancing: "DISABLED",
    },
    deployments: [],
    events: [],
    steady: true,
    nudgeAt: null,
    backoff: { rounds: 0, since: 0, nextStartAt: 0 },
    unhealthyToReplace: 0,
  };
  state.services.push(service);
  state.tags[service.arn] = [{ key: "environment", value: "production" }];

  // The revisions were deployed one after the other, the newest two days ago.
  definitions.forEach((definition, index) => {
    const at = now - (2 + (definitions.length - 1 - index) * 7) * day;
    const revision = world.arn("ecs", `service-revision/${clusterName}/${from.name}/${digits(19)}`);
    const arn = world.arn("ecs", `service-deployment/${clusterName}/${from.name}/${letters(21)}`);
    const before = state.revisions.filter((one) => one.service === from.name).at(-1);
    state.revisions.push({
      arn: revision,
      cluster: clusterName,
      service: from.name,
      taskDefinition: definition.arn,
      createdAt: at,
      loadBalancers: service.loadBalancers,
      networkConfiguration: service.networkConfiguration,
      digests: digestsOf(world, definition.arn),
    });
    state.serviceDeployments.unshift({
      arn,
      cluster: clusterName,
      service: from.name,
      createdAt: at,
      updatedAt: at + 180_000,
      startedAt: at + 3000,
      finishedAt: at + 180_000,
      targetRevision: revision,
      sourceRevisions: before ? [{ arn: before.arn, requested: from.desired, running: from.desired, pending: 0 }] : [],
      status: "SUCCESSFUL",
      requested: from.desired,
      breaker: service.circuitBreaker.enable ? "MONITORING_COMPLETE" : "DISABLED",
      failureCount: 0,
      threshold: failureThreshold(service),
    });
    if (definition.arn !== newest) return;
    const id = `ecs-svc/${digits(19)}`;
    service.deployments.push({
      id,
      status: "PRIMARY",
      taskDefinition: newest,
      desiredCount: from.desired,
      failedTasks: 0,
      createdAt: at,
      updatedAt: at + 180_000,
      rolloutState: "COMPLETED",
      rolloutStateReason: `ECS deployment ${id} completed.`,
      revision,
      serviceDeployment: arn,
    });
    const event = (createdAt: number, text: string) => ({
      id: [hex(8), hex(4), hex(4), hex(4), hex(12)].join("-"),
      createdAt,
      message: `(service ${from.name}) ${text}`,
    });
    service.events = [
      event(now - 2 * hour, "has reached a steady state."),
      event(at + 180_000, "has reached a steady state."),
      event(at + 179_999, `(deployment ${id}) deployment completed.`),
    ];
  });

  if (from.balanced) {
    const loadBalancerArn = world.arn("elasticloadbalancing", `loadbalancer/app/waooaw-production/${hex(16)}`);
    loadBalancer.addGroup({
      arn: targetGroup,
      name: from.name,
      loadBalancerArn,
      port: from.port,
      vpc: `vpc-0${"3".repeat(16)}`,
      healthCheckPath: "/health",
      intervalSeconds: 10,
      timeoutSeconds: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      deregistrationDelaySeconds: 30,
    });
    addListeners(loadBalancer, loadBalancerArn, targetGroup);
  }
  const primary = service.deployments[0]?.id ?? "";
  for (let index = 0; index < from.desired; index += 1) tasks.place(service, primary, 2 * day);
  if (from.balanced) addScaling(autoscaler, world, service);
}

/** What is plain is sent to HTTPS, and there everything is for the backend, which has a rule for its own host too. */
function addListeners(loadBalancer: Cloud["loadBalancer"], loadBalancerArn: string, targetGroupArn: string): void {
  const listener = (last: string) => `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${last.repeat(16)}`;
  const [http, https] = [listener("1"), listener("2")];
  const redirect = { Protocol: "HTTPS", Port: "443", Host: "#{host}", Path: "/#{path}", Query: "#{query}" };
  loadBalancer.addListener(
    { arn: http, loadBalancerArn, protocol: "HTTP", port: 80 },
    { Type: "redirect", Order: 1, RedirectConfig: { ...redirect, StatusCode: "HTTP_301" } },
  );
  const forward = forwardTo([{ targetGroupArn, weight: 1 }]);
  loadBalancer.addListener({ arn: https, loadBalancerArn, protocol: "HTTPS", port: 443 }, forward);
  loadBalancer.addRule({
    arn: `${https.replace(":listener/", ":listener-rule/")}/${"3".repeat(16)}`,
    listenerArn: https,
    priority: 20,
    conditions: [{ Field: "host-header", HostHeaderConfig: { Values: ["api.waooaw.example"] } }],
    actions: [forward],
    tags: [],
  });
}

function addScaling(autoscaler: Cloud["autoscaler"], world: Cloud["world"], service: ServiceRecord): void {
  const { hex } = world.random;
  const uuid = () => [hex(8), hex(4), hex(4), hex(4), hex(12)].join("-");
  const resource = resourceOf(service);
  const createdAt = world.time.now() - 200 * day;
  autoscaler.state.targets.push({
    resource,
    arn: world.arn("application-autoscaling", `scalable-target/${hex(30)}`),
    createdAt,
    min: 2,
    max: 8,
    suspended: { scaleIn: false, scaleOut: false, scheduled: false },
    roleArn: `arn:aws:iam::${account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
    alarmAt: null,
  });
  autoscaler.state.policies.push({
    resource,
    name: "cpu-60",
    arn: world.arn("autoscaling", `scalingPolicy:${uuid()}:resource/ecs/${resource}:policyName/cpu-60`),
    createdAt,
    type: "TargetTrackingScaling",
    configuration: {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
      ScaleOutCooldown: 60,
      ScaleInCooldown: 300,
    },
    alarms: ["AlarmHigh", "AlarmLow"].map((kind) => {
      const AlarmName = `TargetTracking-${resource}-${kind}-${uuid()}`;
      return { AlarmName, AlarmARN: world.arn("cloudwatch", `alarm:${AlarmName}`) };
    }),
  });
}

function taskDefinition(from: (typeof services)[number], revision: number): JsonObject {
  return {
    family: from.name,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: from.cpu,
    memory: from.memory,
    executionRoleArn: `arn:aws:iam::${account}:role/ecsTaskExecutionRole`,
    taskRoleArn: `arn:aws:iam::${account}:role/${from.name}`,
    runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
    containerDefinitions: [
      {
        name: from.container,
        image: `${account}.dkr.ecr.${region}.amazonaws.com/${from.name}:v${revision}`,
        essential: true,
        cpu: 0,
        portMappings: [{ containerPort: from.port, hostPort: from.port, protocol: "tcp" }],
        environment: [
          { name: "ENVIRONMENT", value: "production" },
          { name: "LOG_LEVEL", value: "info" },
        ],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": `/ecs/${from.name}-production`,
            "awslogs-region": region,
            "awslogs-stream-prefix": "ecs",
          },
        },
        // Behind the load balancer it is the target group that checks.
        ...(from.balanced
          ? {}
          : {
              healthCheck: {
                command: ["CMD-SHELL", `curl -fsS http://localhost:${from.port}/health || exit 1`],
                interval: 10,
                timeout: 5,
                retries: 3,
                startPeriod: 10,
              },
            }),
      },
    ],
  };
}
