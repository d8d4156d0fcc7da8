import { DescribeScalableTargetsCommand, ValidationException } from "@aws-sdk/client-application-auto-scaling";
import {
  CreateClusterCommand,
  DescribeServicesCommand,
  ECSClient,
  ECSServiceException,
  ListServicesCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ElasticLoadBalancingV2ServiceException,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, test, vi } from "vitest";
import { formTree } from "../../../src/sandbox/cloud/wire.ts";
import { backend, cluster, startBench } from "./cloud-bench.ts";

const target = "AmazonEC2ContainerServiceV20141113";

test("a call with a key of nobody is refused as AWS refuses it, in both protocols", async () => {
  const { cloud } = await startBench();
  const settings = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: "AKIANOBODY0000000000", secretAccessKey: cloud.credentials.secretAccessKey },
  };
  await expect(new ECSClient(settings).send(new ListServicesCommand({ cluster }))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
    $metadata: { httpStatusCode: 400 },
  });
  await expect(
    new ElasticLoadBalancingV2Client(settings).send(new DescribeTargetGroupsCommand({})),
  ).rejects.toMatchObject({ name: "InvalidClientTokenId", $metadata: { httpStatusCode: 403 } });
});

test("a wrong secret makes a signature that does not match", async () => {
  const { cloud } = await startBench();
  const settings = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: cloud.credentials.accessKeyId, secretAccessKey: "wrong" },
  };
  await expect(new ECSClient(settings).send(new ListServicesCommand({ cluster }))).rejects.toMatchObject({
    name: "InvalidSignatureException",
    message: expect.stringContaining("does not match the signature you provided"),
  });
  await expect(
    new ElasticLoadBalancingV2Client(settings).send(new DescribeTargetGroupsCommand({})),
  ).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
});

test("the endpoint belongs to one region", async () => {
  const { cloud } = await startBench();
  const ecs = new ECSClient({ endpoint: cloud.endpoint, region: "us-east-1", credentials: cloud.credentials });
  await expect(ecs.send(new ListServicesCommand({ cluster }))).rejects.toThrow(/valid region, not 'us-east-1'/);
});

test("an unsigned request is refused, and the refusal carries a request id", async () => {
  const { cloud } = await startBench();
  const answer = await fetch(cloud.endpoint, {
    method: "POST",
    headers: { "x-amz-target": `${target}.ListServices` },
    body: "{}",
  });
  expect(answer.status).toBe(400);
  expect(answer.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await answer.json()).toEqual({
    __type: "MissingAuthenticationTokenException",
    message: "Missing Authentication Token",
  });
  const form = await fetch(cloud.endpoint, { method: "POST", body: "Action=DescribeTargetGroups&Version=2015-12-01" });
  expect(form.status).toBe(403);
  expect(await form.text()).toContain("<Code>MissingAuthenticationToken</Code>");
});

test("a signature of an hour ago is refused", async () => {
  const { ecs } = await startBench();
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now);
  ecs.config.systemClockOffset = -60 * 60 * 1000;
  await expect(ecs.send(new ListServicesCommand({ cluster }))).rejects.toThrow(/Signature expired/);
  vi.restoreAllMocks();
});

test("operations that are not there answer as on AWS", async () => {
  const { ecs, balancing } = await startBench();
  await expect(ecs.send(new CreateClusterCommand({ clusterName: "another" }))).rejects.toMatchObject({
    name: "UnknownOperationException",
    $metadata: { httpStatusCode: 400 },
  });
  await expect(balancing.send(new DescribeLoadBalancersCommand({}))).rejects.toMatchObject({
    name: "InvalidAction",
    message: "Could not find operation DescribeLoadBalancers for version 2015-12-01",
  });
});

test("a service that is not there answers as one without operations", async () => {
  const { cloud } = await startBench();
  // The credential scope decides who answers.
  const elsewhere = new ECSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.credentials,
    httpAuthSchemeProvider: () => [
      {
        schemeId: "aws.auth#sigv4",
        signingProperties: { name: "sqs", region: cloud.region },
        propertiesExtractor: (config, context) => ({ signingProperties: { config, context } }),
      },
    ],
  });
  elsewhere.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers["x-amz-target"] = "AmazonSQS.ListQueues";
      return next(args);
    },
    { step: "build" },
  );
  await expect(elsewhere.send(new ListServicesCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});

test("errors arrive as the exceptions of the client's model", async () => {
  const { ecs, scaling } = await startBench();
  const unknown = ecs.send(new UpdateServiceCommand({ cluster, service: "nowhere", desiredCount: 1 }));
  await expect(unknown).rejects.toBeInstanceOf(ECSServiceException);
  await expect(unknown).rejects.toMatchObject({ name: "ServiceNotFoundException", message: "Service not found." });
  await expect(
    scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "nothing" as "ecs" })),
  ).rejects.toBeInstanceOf(ValidationException);
});

test("Query errors carry the wire code, the type and the request id", async () => {
  const { balancing } = await startBench();
  const arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/no/0123456789abcdef";
  const error = await balancing
    .send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ElasticLoadBalancingV2ServiceException);
  expect(error).toMatchObject({
    name: "TargetGroupNotFoundException",
    Code: "TargetGroupNotFound",
    Type: "Sender",
    $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
});

test("answers carry a request id and times that the client can read", async () => {
  const { ecs } = await startBench();
  const { services, $metadata } = await ecs.send(new DescribeServicesCommand({ cluster, services: [backend.service] }));
  expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  const [service] = services ?? [];
  expect(service?.createdAt).toBeInstanceOf(Date);
  expect(service?.deployments?.[0]?.updatedAt).toBeInstanceOf(Date);
  expect(service?.events?.[0]?.createdAt).toEqual(new Date("2026-11-02T07:00:00Z"));
});

test("a body that is no JSON object, or holds a wrong type, is a SerializationException", async () => {
  const { ecs } = await startBench();
  const wrong = { ...backend, desiredCount: "six" as unknown as number };
  await expect(ecs.send(new UpdateServiceCommand(wrong))).rejects.toMatchObject({ name: "SerializationException" });
  ecs.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string; headers: Record<string, string> };
      request.body = "[1, 2";
      request.headers["content-length"] = String(request.body.length);
      return next(args);
    },
    { step: "build" },
  );
  await expect(ecs.send(new ListServicesCommand({ cluster }))).rejects.toMatchObject({
    name: "SerializationException",
    message: "Unable to parse the request body.",
  });
});

test("lists of Query forms are read whether they are called member or by name, however deep", () => {
  const form = new URLSearchParams(
    "Action=A&Version=1&Names.member.1=a&Names.member.2=b&Filters.Filter.1.Values.Value.1=x&Filters.Filter.1.Values.Value.2=y&Filters.Filter.2.Name=n&Plain=p",
  );
  expect(formTree(form)).toEqual({
    Names: ["a", "b"],
    Filters: [{ Values: ["x", "y"] }, { Name: "n" }],
    Plain: "p",
  });
});
