import type { TaskSize } from "../../domain/platform/releases.ts";

const range = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/** CPU units with the memory in MiB that Fargate lets go with them. Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const memoryFor: readonly (readonly [number, readonly number[]])[] = [
  [256, [512, 1024, 2048]],
  [512, range(1024, 4096, 1024)],
  [1024, range(2048, 8192, 1024)],
  [2048, range(4096, 16_384, 1024)],
  [4096, range(8192, 30_720, 1024)],
  [8192, range(16_384, 61_440, 4096)],
  [16_384, range(32_768, 122_880, 8192)],
];

/** Every pair of CPU and memory that a Fargate task may have. */
export const fargateSizes: readonly TaskSize[] = memoryFor.flatMap(([cpu, memories]) =>
  memories.map((memory) => ({ cpu, memory })),
);
