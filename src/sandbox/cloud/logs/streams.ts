import { ecsState, lastPart, type TaskRecord } from "../ecs/state.ts";
import type { TaskLife } from "../ecs/task-life.ts";
import type { World } from "../world.ts";

/** What one task, or one database, writes to. */
export interface LogStream {
  readonly group: string;
  readonly name: string;
  /** Service of the task, or the database. */
  readonly of: string;
  readonly revision: string;
  readonly from: number;
  to: number | null;
  exitCode: number | null;
}

interface LogsState {
  streams: LogStream[];
}

export interface LogStreams {
  readonly groups: () => readonly string[];
  readonly of: (group: string) => readonly LogStream[];
}

const kept = 400;
const day = 24 * 60 * 60 * 1000;
export const databaseGroup = "/aws/rds/instance/waooaw-postgres-production/postgresql";

/** The streams of every task that has run, also after ECS has forgotten it. */
export function startLogStreams(world: World, tasks: TaskLife): LogStreams {
  const state = world.part<LogsState>("logs", () => ({
    streams: [
      {
        group: databaseGroup,
        name: "waooaw-postgres-production.0",
        of: "waooaw-postgres-production",
        revision: "",
        from: world.time.now() - 30 * day,
        to: null,
        exitCode: null,
      },
    ],
  }));

  function note(task: TaskRecord): void {
    const { startedAt } = task;
    // A task run by hand writes where its definition says, which is where the service's own tasks do.
    const service = task.service ?? lastPart(task.taskDefinition).replace(/:\d+$/, "");
    if (startedAt === undefined) return;
    const container = service.replace(/^waooaw-/, "");
    const name = `ecs/${container}/${task.id}`;
    let stream = state.streams.find((one) => one.name === name);
    if (!stream) {
      const revision = lastPart(task.taskDefinition);
      stream = {
        group: `/ecs/${service}-production`,
        name,
        of: service,
        revision,
        from: startedAt,
        to: null,
        exitCode: null,
      };
      state.streams.push(stream);
      if (state.streams.length > kept) {
        const oldest = state.streams.findIndex((one) => one.to !== null);
        if (oldest !== -1) state.streams.splice(oldest, 1);
      }
    }
    stream.to = task.executionStoppedAt ?? task.stoppedAt ?? null;
    stream.exitCode = task.exitCode ?? null;
  }
  tasks.onEvent(note);

  /** Tasks that were there from the beginning told nobody. */
  function catchUp(): void {
    for (const task of ecsState(world).tasks) note(task);
  }

  return {
    groups: () => {
      catchUp();
      const ofServices = ecsState(world).services.map((service) => `/ecs/${service.name}-production`);
      return [databaseGroup, ...ofServices].sort();
    },
    of: (group) => {
      catchUp();
      return state.streams.filter((one) => one.group === group);
    },
  };
}
