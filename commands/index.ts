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
import { override, swap } from "./oncall/override.ts";
import { page, pageIncident } from "./oncall/page.ts";
import { who } from "./oncall/who.ts";
import { cache, deleteKeysCommand, flush, warmUp } from "./ops/cache.ts";
import { db } from "./ops/db.ts";
import { diagnose } from "./ops/diagnose.ts";
import { cancelQueryCommand, terminate } from "./ops/end-session.ts";
import { analyze, reindex, vacuum } from "./ops/maintain.ts";
import { operations } from "./ops/operations.ts";
import { clean, pause, pauseAll, queue, removeJobCommand, resume, resumeAll, retry } from "./ops/queue.ts";
import { restart } from "./ops/restart.ts";
import { scale } from "./ops/scale.ts";
import { show } from "./ops/show.ts";
import { status as serviceStatus } from "./ops/status.ts";

/** Every command, in the order help shows them. */
export const commands: readonly Command[] = [
  declare,
  drill,
  update,
  publish,
  maintenance,
  severity,
  acknowledge,
  lead,
  role,
  handoff,
  pageIncident,
  note,
  timeline,
  timelineCheck,
  hypothesis,
  decide,
  catchup,
  times,
  status,
  details,
  actionItem,
  actions,
  join,
  subscribe,
  unsubscribe,
  leave,
  access,
  makeItPrivate,
  security,
  list,
  find,
  stats,
  exported,
  link,
  merge,
  duplicate,
  resolve,
  close,
  reopen,
  postmortem,
  serviceStatus,
  diagnose,
  db,
  cache,
  queue,
  scale,
  restart,
  cancelQueryCommand,
  terminate,
  analyze,
  vacuum,
  reindex,
  deleteKeysCommand,
  flush,
  warmUp,
  pause,
  resume,
  pauseAll,
  resumeAll,
  retry,
  clean,
  removeJobCommand,
  operations,
  show,
  who,
  page,
  override,
  swap,
];
