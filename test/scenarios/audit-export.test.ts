import { readFileSync } from "node:fs";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { verifyFiles } from "../../src/domain/audit/file.ts";
import { type Person, until } from "../support/person.ts";
import { reading } from "../support/reading.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

const bot = "tocsin";

async function newestFile(story: Scenario, person: Person): Promise<string> {
  await story.settled();
  const message = person.read(bot).messages.findLast(({ files }) => files.length > 0);
  return story.slack.file(message?.files[0]?.id ?? "")?.bytes.toString() ?? "";
}

describe("[O17] the audit log in Slack", { timeout: 120_000 }, () => {
  test("is read, checked and exported by those who may, with nothing of private incidents that they are not in", async () => {
    const story = await startScenario();
    const [ana, ben, eva] = [story.person("U0ANA"), story.person("U0BEN"), story.person("U0EVA")];
    const open = await declared(story, ana, "sev3 Disk is filling up");
    await ana.types("#general", "/incident declare");
    expect(await ana.submits({ Severity: "SEV1", Title: "Zebrafish token leaked", Security: true })).toEqual({});
    await ana.seesChannel(/zebrafish/);
    await ana.types(open, "/incident note looked at the disk");
    await story.settled();

    await ben.types("#general", "/ops audit");
    expect(ben.told("#general").at(-1)).toMatch(/The audit log is for workspace admins\./);
    await ben.types("#general", "/ops audit export");
    expect(ben.told("#general").at(-1)).toMatch(/The audit log is for workspace admins\./);

    await eva.types("#general", "/ops audit --target inc-1");
    const listed = eva.told("#general").at(-1) ?? "";
    expect(listed).toMatch(/Audit log, on inc-1: the newest \d+/);
    expect(listed).toMatch(/<@U0ANA> `incident\.declared` INC-1/);
    // An entry is shown once it is sealed, which follows its commit. Each look is an entry itself: too many would push others out.
    const all = await until("Ben's refusals to be sealed and shown", async () => {
      await story.advance("2s");
      await eva.types("#general", "/ops audit");
      const told = eva.told("#general").at(-1) ?? "";
      return (told.match(/<@U0BEN> `access\.refused` audit log/g) ?? []).length >= 2 && told;
    });
    expect(all).not.toMatch(/INC-2|zebrafish/i);

    await eva.types("#general", "/ops audit export --since 1d");
    expect(eva.told("#general").at(-1)).toMatch(/The file comes to you as a direct message: since 1d\./);
    const text = await newestFile(story, eva);
    expect(text).toContain('"subject":"INC-1"');
    expect(text).not.toMatch(/INC-2|zebrafish/i);
    const report = verifyFiles([{ name: "export", text }]);
    expect(report).toMatchObject({ bad: null });
    expect(report.leftOut).toBeGreaterThan(0);
    expect(verifyFiles([{ name: "export", text: text.replace("U0ANA", "U0EVE") }]).bad).toMatch(/not what was sealed/);

    await eva.types("#general", "/ops audit export --person <@U0BEN> --action access");
    const narrow = await newestFile(story, eva);
    expect(narrow.match(/"action":"access\.refused"/g)).toHaveLength(2);
    expect(narrow).not.toContain("U0ANA");

    await ben.types("#general", "/ops audit verify");
    const verified = reading(await ben.sees(bot, /The audit log is intact/));
    expect(verified).toMatch(/Head: \d+:[0-9a-f]{64}[\s\S]*\d+ entries verified\./);
  });

  test("says what is wrong with a filter, and that nothing fits", async () => {
    const story = await startScenario();
    const eva = story.person("U0EVA");
    const asks = async (line: string) => {
      await eva.types("#general", line);
      return eva.told("#general").at(-1) ?? "";
    };
    expect(await asks("/ops audit --since yesterday")).toMatch(/I cannot read “yesterday” as a time/);
    expect(await asks("/ops audit export --since 1d --until 2d")).toMatch(/`--until` lies before `--since`/);
    expect(await asks("/ops audit --person nobody")).toMatch(/`nobody` is nobody I know/);
    expect(await asks("/ops audit --target nothing-at-all")).toMatch(
      /Nothing in the audit log fits: on nothing-at-all/,
    );
    expect(await asks("/ops audit exprot")).toMatch(/I do not know what to do with `exprot`/);
  });
});

const example = readFileSync(new URL("../../examples/waooaw/tocsin.yaml", import.meta.url), "utf8");
const exporting = (bucket: string) =>
  `${example}\naudit:\n  export: { bucket: ${bucket}, prefix: acme/audit, every: 1d }\n`;

function bucketOf(story: Scenario, Bucket = "waooaw-audit-production") {
  const { endpoint, region, credentials } = story.cloud;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  onTestFinished(() => s3.destroy());
  return {
    keys: async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key = "" }) => Key);
    },
    head: (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" })),
    text: async (Key: string) =>
      (await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? "",
  };
}

const puts = (story: Scenario) =>
  story.cloud.calls().filter(({ operation, error }) => operation === "PutObject" && error === null).length;

describe("[O17] the audit log in a bucket with Object Lock", { timeout: 240_000 }, () => {
  test("is written daily for seven years, each entry once, and the objects prove themselves one after the other", async () => {
    const story = await startScenario({ configuration: exporting("waooaw-audit-production") });
    const [ana, eva] = [story.person("U0ANA"), story.person("U0EVA")];
    const bucket = bucketOf(story);
    const open = await declared(story, ana, "sev3 Disk is filling up");
    await story.settled();
    await story.advance("25h");
    const [first = ""] = await bucket.keys();
    expect(first).toMatch(/^acme\/audit\/\d{4}\/\d\d\/\d\d\/0000000001-\d{10}\.jsonl$/);
    const head = await bucket.head(first);
    expect(head).toMatchObject({ ObjectLockMode: "COMPLIANCE", ChecksumSHA256: expect.any(String) });
    const years = (Number(head.ObjectLockRetainUntilDate) - Number(head.LastModified)) / (365.25 * 86_400_000);
    expect(years).toBeGreaterThan(6.99);
    expect(years).toBeLessThan(7.01);

    await ana.types(open, "/incident note looked at the disk");
    await story.restart();
    await story.advance("25h");
    const keys = await bucket.keys();
    expect(keys.length).toBeGreaterThan(1);
    expect(puts(story)).toBe(keys.length);
    const files = await Promise.all(keys.toSorted().map(async (name) => ({ name, text: await bucket.text(name) })));
    const report = verifyFiles(files);
    expect(report).toMatchObject({ bad: null, leftOut: 0, from: 1 });
    expect(files.map(({ text }) => text).join()).toMatch(/"action":"audit\.archived"/);

    await eva.types("#general", "/ops audit");
    expect(eva.told("#general").at(-1)).toMatch(/Exported to waooaw-audit-production up to position \d+/);
  });

  test("whose answer was lost is found again and not written twice", async () => {
    const story = await startScenario({ configuration: exporting("waooaw-audit-production") });
    const ana = story.person("U0ANA");
    const bucket = bucketOf(story);
    story.cloud.faults.fail("PutObject", { times: 9, drop: true, afterwards: true });
    await declared(story, ana, "sev3 Disk is filling up");
    await story.advance("27h");
    const keys = await bucket.keys();
    expect(keys.length).toBeGreaterThan(0);
    const files = await Promise.all(keys.toSorted().map(async (name) => ({ name, text: await bucket.text(name) })));
    expect(verifyFiles(files)).toMatchObject({ bad: null, leftOut: 0, from: 1 });
    const seen = story.cloud.calls().filter(({ operation, error }) => operation === "HeadObject" && error === null);
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("is refused by a bucket without, with the way out, and nothing is written", async () => {
    const story = await startScenario({ configuration: exporting("waooaw-backups-production") });
    const [ana, eva] = [story.person("U0ANA"), story.person("U0EVA")];
    await declared(story, ana, "sev3 Disk is filling up");
    await story.advance("26h");
    const told = reading(await ana.sees("#ops", /The audit log could not be exported/));
    expect(told).toMatch(/waooaw-backups-production has no Object Lock[\s\S]*Turn versioning and Object Lock on/);
    expect(await bucketOf(story, "waooaw-backups-production").keys()).toEqual([]);
    // Tried again and again, told once a day.
    const tellings = ana.read("#ops").messages.filter((one) => /could not be exported/.test(reading(one)));
    const days = tellings.map(({ ts }) => new Date(Number(ts) * 1000).toISOString().slice(0, 10));
    expect(days).toEqual([...new Set(days)]);
    await eva.types("#general", "/ops audit");
    expect(eva.told("#general").at(-1)).toMatch(/to waooaw-backups-production does not succeed/);
  });
});
