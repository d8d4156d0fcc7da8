import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** The policies shipped in docs/iam, held to every call that the providers can send. */

const tiers = ["read", "operate", "destructive"] as const;
type Tier = (typeof tiers)[number];

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const statements = (tier: Tier): readonly Statement[] => {
  const text = readFileSync(new URL(`../../docs/iam/${tier}.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly Statement: readonly Statement[] }).Statement;
};
const allowed = (tier: Tier) => statements(tier).filter(({ Effect }) => Effect === "Allow");
const actions = (tier: Tier) => allowed(tier).flatMap(({ Action }) => Action);

/** How IAM calls the API of a client, where that is not the package's own name. */
const prefixes: Readonly<Record<string, string>> = {
  "cloudwatch-logs": "logs",
  "elastic-load-balancing-v2": "elasticloadbalancing",
  "secrets-manager": "secretsmanager",
  "cost-explorer": "ce",
  "application-auto-scaling": "application-autoscaling",
};

/** Calls that IAM knows by another name, and what a call takes along without a call of its own. Source: service authorization reference. */
const others: Readonly<Record<string, readonly string[]>> = {
  "ecs:RegisterTaskDefinition": ["ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole"],
  "elasticloadbalancing:CreateRule": ["elasticloadbalancing:CreateRule", "elasticloadbalancing:AddTags"],
  "rds:CreateDBSnapshot": ["rds:CreateDBSnapshot", "rds:AddTagsToResource"],
  "secretsmanager:RotateSecret": ["secretsmanager:RotateSecret", "lambda:InvokeFunction"],
  "s3:GetObjectLockConfiguration": ["s3:GetBucketObjectLockConfiguration"],
  "s3:HeadBucket": ["s3:ListBucket"],
  "s3:ListObjectsV2": ["s3:ListBucket"],
  "s3:HeadObject": ["s3:GetObject"],
  "s3:CreateMultipartUpload": ["s3:PutObject"],
  "s3:UploadPart": ["s3:PutObject"],
  "s3:CompleteMultipartUpload": ["s3:PutObject"],
  "s3:ListMultipartUploads": ["s3:ListBucketMultipartUploads"],
  "s3:DeleteObjects": ["s3:DeleteObject"],
  "budgets:DescribeBudget": ["budgets:ViewBudget"],
  // Everybody may ask who they are.
  "sts:GetCallerIdentity": [],
};

const root = new URL("../../src/providers/", import.meta.url);

/** The archive of the audit log works with the bot's own identity and has a policy of its own. */
const archive = "audit-archive";

/** Every command that providers' files send, as IAM's actions; found by the packages that the folder imports. */
async function called(wanted: (folder: string) => boolean): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && wanted(entry.name),
  );
  for (const { name } of folders) {
    const folder = new URL(`${name}/`, root);
    const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
    const all = texts.join("\n");
    const packages = [...new Set([...all.matchAll(/import\("@aws-sdk\/client-([\w-]+)"\)/g)].map(([, id = ""]) => id))];
    const commands = [
      ...new Set([...all.matchAll(/\bnew (?:\w+\.)?([A-Z]\w+)Command\(/g)].map(([, word = ""]) => word)),
    ];
    const clients = await Promise.all(
      packages.map(async (id) => ({ id, sdk: (await import(`@aws-sdk/client-${id}`)) as object })),
    );
    for (const command of commands) {
      const owners = clients.filter(({ sdk }) => `${command}Command` in sdk);
      if (packages.length === 0) continue;
      expect(owners, `${name} sends ${command}, which one of its packages must know`).toHaveLength(1);
      const action = `${prefixes[owners[0]?.id ?? ""] ?? owners[0]?.id}:${command}`;
      for (const one of others[action] ?? [action]) found.add(one);
    }
  }
  return found;
}

describe("the policies in docs/iam", () => {
  test("allow exactly what the providers can call, each in one tier", async () => {
    const listed = tiers.flatMap(actions);
    expect(listed.toSorted()).toEqual([...new Set(listed)].toSorted());
    expect(listed.toSorted()).toEqual([...(await called((folder) => folder !== archive))].toSorted());
  });

  test("allow the archive of the audit log what it calls, retention included, and never to delete", async () => {
    const text = readFileSync(new URL("../../docs/iam/audit.json", import.meta.url), "utf8");
    const { Statement } = JSON.parse(text) as { readonly Statement: readonly Statement[] };
    const of = (effect: string) => Statement.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => Action);
    const calls = await called((folder) => folder === archive);
    // What an object's lock takes, in writing and in looking at it.
    const more = ["s3:PutObjectRetention", "s3:GetObjectRetention"];
    expect(of("Allow").toSorted()).toEqual([...calls, ...more].toSorted());
    expect(of("Deny")).toEqual(expect.arrayContaining(["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]));
  });

  test("let the read tier change nothing, and never see a secret", () => {
    for (const action of actions("read"))
      expect(action).toMatch(/:(Describe|List|Get|Filter|View|Head|Lookup|Download)/);
    const denied = statements("read").flatMap(({ Effect, Action }) => (Effect === "Deny" ? Action : []));
    expect(denied).toEqual(expect.arrayContaining(["secretsmanager:GetSecretValue", "ecs:ExecuteCommand"]));
    expect(tiers.flatMap(actions)).not.toContain("secretsmanager:GetSecretValue");
  });

  test("keep what deletes, interrupts or makes values void out of the operate tier", () => {
    for (const action of actions("operate")) expect(action).not.toMatch(/:(Delete|Reboot|Failover|Rotate|Put.*Value)/);
  });

  test("name no action with a star, and resources wherever there are any to name", () => {
    for (const tier of tiers) {
      for (const { Action, Resource, Condition } of allowed(tier)) {
        for (const action of Action) expect(action).not.toContain("*");
        if (tier !== "read") expect([Resource].flat()).not.toContain("*");
        if (Resource === "*" && !Condition) expect(Action.toSorted()).toEqual(withoutResources.toSorted());
      }
    }
  });
});

/** Actions for which AWS knows no resources. Source: service authorization reference. */
const withoutResources = [
  "cloudtrail:LookupEvents",
  "ecs:DescribeTaskDefinition",
  "ecs:ListTaskDefinitions",
  "application-autoscaling:DescribeScalableTargets",
  "application-autoscaling:DescribeScalingPolicies",
  "application-autoscaling:DescribeScheduledActions",
  "application-autoscaling:DescribeScalingActivities",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
  "elasticloadbalancing:DescribeListeners",
  "elasticloadbalancing:DescribeRules",
  "elasticloadbalancing:DescribeTags",
  "cloudwatch:GetMetricData",
  "cloudwatch:GetMetricWidgetImage",
  "rds:DescribeEvents",
  "rds:DescribeOrderableDBInstanceOptions",
  "elasticache:DescribeEvents",
  "ce:GetCostAndUsage",
  "ce:GetCostForecast",
];
