import { defineConfig } from "vitest/config";
import { slowness } from "./test/support/slowness.ts";

/** Stories that kill, starve or drive whole processes: after everything else, two at a time, since they mostly wait. */
const heavy = [
  "test/scenarios/crash.test.ts",
  "test/scenarios/page.test.ts",
  "test/scenarios/resilience.test.ts",
  "test/store/private-postgres.test.ts",
];

const shared = {
  testTimeout: 120_000 * slowness,
  hookTimeout: 120_000 * slowness,
  pool: "forks",
  // A machine of CI that stands still for some seconds is no fault; what was tried again is named in the report.
  retry: process.env.CI ? 2 : 0,
  expect: { poll: { timeout: 20_000 * slowness } },
} as const;

export default defineConfig({
  test: {
    ...shared,
    // Here and not in each project, which would start a server for each.
    globalSetup: ["test/support/global-setup.ts"],
    projects: [
      {
        test: {
          ...shared,
          name: "all",
          include: ["test/**/*.test.ts"],
          exclude: heavy,
          // One process after another loaded the same thousand modules; what a file leaves behind is a fault of its own.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: { ...shared, name: "heavy", include: heavy, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
