import { describe, expect, test } from "vitest";
import type { Remedy } from "../../../src/domain/health/causes.ts";
import type { Diagnosis } from "../../../src/domain/health/diagnosis.ts";
import type { Lease } from "../../../src/domain/operation/lease.ts";
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
  kind: "diagnosis",
  incidentId: null,
  question: { target: { name: "backend", environment: "production" }, declared: null },
  found: null,
};
const remedy: Remedy = {
  text: "Terminate 4711",
  operation: "terminate-session",
  target: { name: "postgres", environment: "production" },
  input: { session: { id: "4711", since: "x" } },
};
const troubled: Diagnosis = {
  ...looking,
  question: { ...looking.question, declared: { incident: "INC-12", drill: true } },
  found: {
    at: at("10:00:02"),
    kind: "service",
    findings: [
      {
        title: "CPU utilization",
        state: "critical",
        detail: "96 %, critical > 90 %, for 4 minutes. Scale up",
        runbook: "https://runbooks.example/cpu",
      },
      { title: "Running", state: "warning", detail: "3 of 4" },
      { title: "Alarms", state: "unknown", detail: "gave no answer within 5 seconds" },
      { title: "Load balancer", state: "ok", detail: "4 of 4 healthy" },
    ],
    unread: ["Response time P95", "Disk usage <!channel>"],
    unjudged: ["HTTP 2xx rate 99 %"],
    causes: [
      { text: "Backend API: the deployment of backend:43, begun 12 minutes ago, failed <!here>", remedy: null },
      { text: "PostgreSQL: session 4711 of checkout holds up 6", remedy },
    ],
    remedies: [remedy, { ...remedy, text: "Restart backend", operation: "restart-service", input: {} }],
    scalable: true,
  },
};
const unseen: Diagnosis = {
  ...looking,
  found: {
    at: at("10:00:02"),
    kind: "database",
    findings: Array.from({ length: 40 }, (_, index) => ({
      title: `Check ${index + 1}`,
      state: "unknown" as const,
      detail: "x".repeat(2000),
      untold: {
        provider: "AWS",
        operation: `Describe${index % 6}`,
        fault: index > 30 ? "throttled" : "denied",
      } as const,
    })),
    unread: [],
    unjudged: [],
    causes: [],
    remedies: [],
    scalable: false,
  },
};

/** What keeps a service out of its load balancer. */
const isolated = {
  target: { environment: "production", name: "backend" },
  requesterId: "U0ANA",
  startedAt: at("09:30:00"),
  state: "ending",
} as Lease;

describe("a diagnosis", () => {
  test.each([
    ["diagnosis-looking", looking, service],
    ["diagnosis-troubled", troubled, service],
    ["diagnosis-isolated", troubled, { ...service, isolation: { lease: isolated, setUp: null } }],
    ["diagnosis-unseen", unseen, { title: "PostgreSQL", links: [] }],
  ])("%s", (name, diagnosis, of) => {
    const card = diagnosisCard(diagnosis, of);
    expect(problems(card)).toEqual([]);
    expectGolden(`ops/${name}`, card);
  });
});
