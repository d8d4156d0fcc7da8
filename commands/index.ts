import type { Command } from "../src/slack/command.ts";
import { access, makeItPrivate } from "./incident/access.ts";
import { acknowledge } from "./incident/acknowledge.ts";
import { actionItem } from "./incident/action-item.ts";
import { actions } from "./incident/actions.ts";
import { catchup } from "./incident/catchup.ts";
import { close } from "./incident/close.ts";
import { decide } from "./incident/decide.ts";
import { declare } from "./incident/declare.ts";
import { details } from "./incident/details.ts";
import { drill } from "./incident/drill.ts";
import { evidence } from "./incident/evidence.ts";
import { exported } from "./incident/export.ts";
import { leave, subscribe, unsubscribe } from "./incident/follow.ts";
import { handoff } from "./incident/handoff.ts";
import { hypothesis } from "./incident/hypothesis.ts";
import { join } from "./incident/join.ts";
import { duplicate, link, merge } from "./incident/link.ts";
import { find, list } from "./incident/list.ts";
import { note } from "./incident/note.ts";
import { postmortem } from "./incident/postmortem.ts";
import { maintenance, publish } from "./incident/publish.ts";
import { reopen } from "./incident/reopen.ts";
import { resolve } from "./incident/resolve.ts";
import { lead, role } from "./incident/role.ts";
import { security } from "./incident/security.ts";
import { severity } from "./incident/severity.ts";
import { stats } from "./incident/stats.ts";
import { status } from "./incident/status.ts";
import { timeline } from "./incident/timeline.ts";
import { timelineCheck } from "./incident/timeline-check.ts";
import { times } from "./incident/times.ts";
import { update } from "./incident/update.ts";
import { contacts } from "./oncall/contacts.ts";
import { override, swap } from "./oncall/override.ts";
import { page, pageIncident } from "./oncall/page.ts";
import { newcomers, welcome } from "./oncall/welcome.ts";
import { who } from "./oncall/who.ts";
import { alerts } from "./ops/alerts.ts";
import { audit, auditExport, auditVerify } from "./ops/audit.ts";
import { backup, backups } from "./ops/backup.ts";
import { cache, deleteKeysCommand, flush, warmUp } from "./ops/cache.ts";
import { certs } from "./ops/certs.ts";
import { change, changes } from "./ops/change.ts";
import { check } from "./ops/check.ts";
import { cost } from "./ops/cost.ts";
import { db } from "./ops/db.ts";
import { deploy } from "./ops/deploy.ts";
import { deploys } from "./ops/deploys.ts";
import { diagnose } from "./ops/diagnose.ts";
import { cancelQueryCommand, terminate } from "./ops/end-session.ts";
import { factor, factorRemove } from "./ops/factor.ts";
import { freeze, unfreeze, windows } from "./ops/freeze.ts";
import { isolate, reconnect } from "./ops/isolate.ts";
import { leases } from "./ops/leases.ts";
import { lock, locks, unlock } from "./ops/lock.ts";
import { logs } from "./ops/logs.ts";
import { analyze, optimize, reindex, vacuum } from "./ops/maintain.ts";
import { operations } from "./ops/operations.ts";
import { policy, policyExplain, policyGroup } from "./ops/policy.ts";
import { clean, pause, pauseAll, queue, removeJobCommand, resume, resumeAll, retry } from "./ops/queue.ts";
import { resize } from "./ops/resize.ts";
import { restart } from "./ops/restart.ts";
import { drillRestore, failover, restore } from "./ops/restore.ts";
import { reviews } from "./ops/reviews.ts";
import { rollback } from "./ops/rollback.ts";
import { scale } from "./ops/scale.ts";
import { schedule } from "./ops/schedule.ts";
import { cancelRotationCommand, rotate, rotateAll, secrets } from "./ops/secrets.ts";
import { show } from "./ops/show.ts";
import { status as serviceStatus } from "./ops/status.ts";
import { start, stop } from "./ops/stop.ts";
import { task } from "./ops/task.ts";
import { watch } from "./ops/watch.ts";

/** What is offered, by what it is for, in the order help shows it. */
const topics: readonly { readonly title: string; readonly commands: readonly Command[] }[] = [
  {
    title: "Declare and tell",
    commands: [declare, drill, update, publish, maintenance, severity, acknowledge],
  },
  {
    title: "People",
    commands: [
      lead,
      role,
      handoff,
      pageIncident,
      join,
      subscribe,
      unsubscribe,
      leave,
      access,
      makeItPrivate,
      security,
      evidence,
    ],
  },
  {
    title: "Timeline",
    commands: [note, timeline, timelineCheck, hypothesis, decide, catchup, times],
  },
  {
    title: "One incident",
    commands: [status, details, link, merge, duplicate, resolve, close, reopen, postmortem],
  },
  {
    title: "Action items",
    commands: [actionItem, actions],
  },
  {
    title: "Find and count",
    commands: [list, find, stats, exported],
  },
  {
    title: "See",
    commands: [serviceStatus, alerts, deploys, diagnose, logs, certs, cost, check, schedule, watch],
  },
  {
    title: "Services",
    commands: [scale, resize, restart, deploy, rollback, task, stop, start, isolate, reconnect, leases],
  },
  {
    title: "Backups and failover",
    commands: [backup, backups, restore, drillRestore, failover],
  },
  {
    title: "Databases",
    commands: [db, cancelQueryCommand, terminate, analyze, vacuum, reindex, optimize],
  },
  {
    title: "Caches",
    commands: [cache, deleteKeysCommand, flush, warmUp],
  },
  {
    title: "Queues",
    commands: [queue, pause, resume, pauseAll, resumeAll, retry, clean, removeJobCommand],
  },
  {
    title: "Secrets",
    commands: [secrets, rotate, cancelRotationCommand, rotateAll],
  },
  {
    title: "Changes and rights",
    commands: [
      change,
      changes,
      operations,
      show,
      lock,
      unlock,
      locks,
      freeze,
      unfreeze,
      windows,
      policy,
      policyExplain,
      policyGroup,
      factor,
      factorRemove,
      reviews,
      audit,
      auditVerify,
      auditExport,
    ],
  },
  {
    title: "On call",
    commands: [who, page, contacts, override, swap, welcome, newcomers],
  },
];

/** Every command, with the topic that help lists it under. */
export const commands: readonly Command[] = topics.flatMap(({ title, commands: of }) =>
  of.map((one) => ({ ...one, topic: title })),
);
