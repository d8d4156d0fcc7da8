import type { Autoscaler, ScalableTargetRecord, ScheduledActionRecord } from "./autoscaler.ts";
import { CloudError } from "./cloud-error.ts";
import { type Input, integer, record, text } from "./input.ts";
import { readSchedule } from "./schedule-expression.ts";

const invalid = (sentence: string) => new CloudError("ValidationException", sentence);
const mustNotBeNull = (field: string) =>
  invalid(
    `1 validation error detected: Value null at '${field}' failed to satisfy constraint: Member must not be null`,
  );

/** PutScheduledAction: adds an action to a target, or changes the one of that name; what is left out stays, but start and end. */
export function putScheduledAction({ state, scheduled }: Autoscaler, target: ScalableTargetRecord, input: Input): void {
  const name = text(input, "ScheduledActionName");
  if (!name) throw mustNotBeNull("scheduledActionName");
  if (name.length > 256 || /[\s:/]/.test(name)) {
    throw invalid("Scheduled action names cannot have colons, slashes or white space, nor more than 256 characters.");
  }
  const known = state.scheduledActions.find((one) => one.resource === target.resource && one.name === name);
  const schedule = text(input, "Schedule") ?? known?.schedule;
  if (schedule === undefined) throw invalid("Schedule is required to create a scheduled action");
  const timezone = text(input, "Timezone") ?? known?.timezone ?? null;
  if (timezone !== null && !isTimezone(timezone)) throw invalid(`Invalid timezone: ${timezone}`);
  const read = readSchedule(schedule, timezone ?? "UTC");
  if (read === null) throw invalid(`Invalid schedule expression: ${schedule}`);
  const action = record(input, "ScalableTargetAction");
  const bounds = { low: 0, high: 2_147_483_647 };
  const min = action ? (integer(action, "MinCapacity", bounds, invalid) ?? null) : (known?.min ?? null);
  const max = action ? (integer(action, "MaxCapacity", bounds, invalid) ?? null) : (known?.max ?? null);
  if (min === null && max === null) {
    throw invalid("ScalableTargetAction must have at least one of MinCapacity and MaxCapacity");
  }
  if (min !== null && max !== null && min > max) throw invalid("Maximum capacity cannot be less than minimum capacity");
  const [startTime, endTime] = [moment(input, "StartTime"), moment(input, "EndTime")];
  if (startTime !== null && endTime !== null && endTime <= startTime)
    throw invalid("End time must be after start time");
  scheduled.put({ resource: target.resource, name, schedule, timezone, min, max, startTime, endTime });
}

/** How DescribeScheduledActions shows one. */
export const scheduledShape = (one: ScheduledActionRecord) => ({
  ScheduledActionName: one.name,
  ScheduledActionARN: one.arn,
  Schedule: one.schedule,
  Timezone: one.timezone ?? undefined,
  ResourceId: one.resource,
  StartTime: one.startTime == null ? undefined : one.startTime / 1000,
  EndTime: one.endTime == null ? undefined : one.endTime / 1000,
  ScalableTargetAction: { MinCapacity: one.min ?? undefined, MaxCapacity: one.max ?? undefined },
  CreationTime: one.createdAt / 1000,
});

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function moment(input: Input, field: string): number | null {
  const value = input[field];
  if (value === undefined || value === null) return null;
  if (typeof value !== "number") throw new CloudError("SerializationException", `${field} must be a number`);
  return value * 1000;
}
