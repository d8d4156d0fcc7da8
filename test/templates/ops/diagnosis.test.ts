import { describe, expect, test } from "vitest";
import type { Diagnosis } from "../../../src/domain/health/diagnosis.ts";
import { diagnosisCard } from "../../../templates/ops/diagnosis.ts";
import { expectGolden, problems } from "../../support/golden.ts";

const at = (time: string) => new Date(`2026-11-22T${time}Z`);
const service = {
  title: "Backend API <@U0BEN>",
  links: [{ title: "Dashboard", url: "https://grafana.example/d/backend?a=1&b=2" }],
};
const looking: Diagnosis = {
  id: "0199-diagnosis",
  askedBy: "U0ANA",
  askedAt: at("10:00:00"),
  place: { channel: "C0OPS" },
  service: { name: "backend", environment: "production" },
  found: null,
};
const troubled: Diagnosis = {
  ...looking,
  found: {
    at: at("10:00:02"),
    findings: [
      { title: "CPU utilization", state: "critical", detail: "96 %, critical > 90 %, for 4 minutes. Scale up" },
      { title: "Running", state: "warning", detail: "3 of 4" },
      { title: "Alarms", state: "unknown", detail: "gave no answer within 5 seconds" },
      { title: "Load balancer", state: "ok", detail: "4 of 4 healthy" },
    ],
    unread: ["Response time P95", "Disk usage <!channel>"],
    cause: "The deployment of backend:43, begun 12 minutes ago, failed: tasks failed to start <!here>",
    scalable: true,
  },
};
const unseen: Diagnosis = {
  ...looking,
  found: {
    at: at("10:00:02"),
    findings: Array.from({ length: 40 }, (_, index) => ({
      title: `Check ${index + 1}`,
      state: "unknown" as const,
      detail: "x".repeat(2000),
    })),
    unread: [],
    cause: null,
    scalable: false,
  },
};

describe("a diagnosis", () => {
  test.each([
    ["diagnosis-looking", looking, service],
    ["diagnosis-troubled", troubled, service],
    ["diagnosis-unseen", unseen, null],
  ])("%s", (name, diagnosis, of) => {
    const card = diagnosisCard(diagnosis, of);
    expect(problems(card)).toEqual([]);
    expectGolden(`ops/${name}`, card);
  });
});
