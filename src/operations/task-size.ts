import type { TaskSize } from "../domain/platform/releases.ts";
import { Refusal } from "../errors.ts";

const how =
  "CPU in units (1024 is one processor) or processors, memory in MiB or with its unit: `--cpu 512 --memory 1gb`.";

/** CPU units of what was typed: 512, 0.5, 1vcpu. Up to 16 they count as processors. */
export function cpuFrom(text: string): number {
  const [, amount = ""] = /^(\d{1,6}(?:\.\d{1,2})?)\s*(?:v?cpus?)?$/i.exec(text.trim()) ?? [];
  const units = Number(amount) <= 16 ? Number(amount) * 1024 : Number(amount);
  if (amount !== "" && Number.isInteger(units) && units >= 128) return units;
  throw new Refusal("bad_argument", `\`${text}\` is no CPU of a task.`, how, "cpu");
}

/** MiB of what was typed: 1024, 512m, 2gb. */
export function memoryFrom(text: string): number {
  const [, amount = "", unit = "m"] = /^(\d{1,6}(?:\.\d{1,2})?)\s*(?:(m|g)(?:i?b)?)?$/i.exec(text.trim()) ?? [];
  const mib = Number(amount) * (unit.toLowerCase() === "g" ? 1024 : 1);
  if (amount !== "" && Number.isInteger(mib) && mib >= 6) return mib;
  throw new Refusal("bad_argument", `\`${text}\` is no memory of a task.`, how, "memory");
}

/** A size as people say it: 512 CPU, 1024 MiB. */
export function sizeInWords({ cpu, memory }: TaskSize): string {
  return `${cpu} CPU, ${memory} MiB`;
}

/** The sizes nearest to one that is not let through, nearest first; those that keep its CPU or its memory come before the rest. */
export function nearestSizes(wanted: TaskSize, sizes: readonly TaskSize[], most = 3): readonly TaskSize[] {
  const far = ({ cpu, memory }: TaskSize) =>
    Math.abs(Math.log2(cpu / wanted.cpu)) +
    Math.abs(Math.log2(memory / wanted.memory)) +
    (cpu === wanted.cpu || memory === wanted.memory ? 0 : 4);
  return sizes.toSorted((one, other) => far(one) - far(other)).slice(0, most);
}
