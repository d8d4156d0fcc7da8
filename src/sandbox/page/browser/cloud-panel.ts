import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { CloudAct, CloudService, CloudState } from "../protocol.ts";
import { sendCloudAct } from "./api.ts";
import { h, html } from "./html.ts";
import { icon } from "./icons.ts";
import { useSession } from "./session.ts";
import { clockTime } from "./text/time.ts";

interface CloudPanelProps {
  readonly cloud: CloudState | null;
  readonly onClose: () => void;
}

const speeds = [1, 5, 10, 30, 60];
const eventsShown = 6;
const callsShown = 12;

/** What the bot does to the cloud: services, faults one can switch on, and its last calls. */
export function CloudPanel({ cloud, onClose }: CloudPanelProps): VNode {
  const { tell } = useSession();
  const act = async (wish: CloudAct) => {
    const answer = await sendCloudAct(wish);
    if (!answer.ok) tell(answer.error ?? "The cloud refused that.");
  };
  return html`<aside class="cloud" aria-label="Cloud">
    <header class="pane-header"><h2>${icon("cloud")} Cloud</h2>
      <button type="button" class="icon-button cloud-close" aria-label="Close cloud" onClick=${onClose}>${icon("close")}</button></header>
    <div class="cloud-scroll">
      ${cloud === null ? html`<p class="quiet" role="status">Loading…</p>` : contents(cloud)}
    </div>
  </aside>`;

  function contents(state: CloudState): VNode {
    const on = state.faults.filter((fault) => fault.on).length;
    return html`<p class="cloud-clock"><label>The cloud runs at${" "}
        <select aria-label="Clock speed" value=${String(state.speed)}
          onChange=${(event: Event) => void act({ act: "speed", speed: Number((event.currentTarget as HTMLSelectElement).value) })}>
          ${[...new Set([...speeds, state.speed])]
            .sort((one, other) => one - other)
            .map((speed) => html`<option value=${String(speed)} selected=${speed === state.speed}>${speed} ×</option>`)}
        </select>${" "}speed</label></p>
      <section aria-label="Services"><h3>Services</h3>${state.services.map((service) => h(Service, { key: service.name, service }))}</section>
      <section aria-label="Faults"><h3>Faults ${on > 0 && html`<span class="count">${on} on</span>`}</h3>
        <ul class="faults">${faultGroups(state.faults).map(faultRow)}</ul>
      </section>
      <section aria-label="Last calls"><h3>Last calls of the bot</h3>
        <ol class="calls">
          ${state.calls.length === 0 && html`<li class="quiet">None yet</li>`}
          ${state.calls.slice(0, callsShown).map(
            (call) => html`<li key=${`${call.at} ${call.operation}`} class=${call.error === null ? "" : "call-failed"}>
              <span><b>${call.operation}</b> <time dateTime=${call.at}>${clockWords(call.at)}</time></span>
              <small>${call.summary}</small>${call.error !== null && html`<small class="call-error">${call.error}</small>`}</li>`,
          )}
        </ol>
      </section>`;
  }

  function faultRow({ name, summary, targets }: FaultGroup): VNode {
    return html`<li key=${name} role="group" aria-label=${name}><b>${name.replaceAll("-", " ")}</b><small>${summary}</small>
      <span class="fault-targets">${targets.map(
        (fault) => html`<button type="button" role="switch" key=${fault.target} class="fault" aria-checked=${fault.on}
          aria-label=${`${name} on ${fault.target}`}
          onClick=${() => void act({ act: "fault", name, target: fault.target, on: !fault.on })}>${fault.target}</button>`,
      )}</span></li>`;
  }
}

type Fault = CloudState["faults"][number];

interface FaultGroup {
  readonly name: string;
  readonly summary: string;
  readonly targets: readonly Fault[];
}

/** One row for each kind of fault, with everything it can be switched on for. */
function faultGroups(faults: readonly Fault[]): readonly FaultGroup[] {
  return [...new Set(faults.map(({ name }) => name))].map((name) => {
    const targets = faults.filter((fault) => fault.name === name);
    return { name, summary: targets[0]?.summary ?? "", targets };
  });
}

function clockWords(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : `${clockTime(date)}:${String(date.getSeconds()).padStart(2, "0")}`;
}

function Service({ service }: { readonly service: CloudService }): VNode {
  const [isOpen, setOpen] = useState(false);
  const { name, running, desired, pending, bounds, deployments, events } = service;
  const isSteady = running === desired && pending === 0 && deployments.length <= 1;
  const words = isSteady ? "steady" : running < desired ? "starting" : running > desired ? "stopping" : "deploying";
  return html`<article class="service" aria-label=${name}>
    <h4>${name} <span class=${`service-state ${isSteady ? "" : "service-moving"}`}>${words}</span></h4>
    <p class="service-count"><span><b>${running}</b> running of <b>${desired}</b> desired</span>${pending > 0 && html`<span>${pending} pending</span>`}</p>
    ${bar(service)}
    ${bounds !== null && html`<p class="service-facts">autoscaling from ${bounds.min} to ${bounds.max}</p>`}
    <ul class="deployments" aria-label="Deployments">
      ${deployments.map(
        (deployment) => html`<li key=${deployment.id}><b>${deployment.status}</b>
          <span class=${`rollout rollout-${deployment.rolloutState.toLowerCase()}`}>${deployment.rolloutState.replaceAll("_", " ").toLowerCase()}</span>
          <small>${deployment.taskDefinition}, ${deployment.running} of ${deployment.desired}${deployment.failedTasks > 0 && `, ${deployment.failedTasks} failed`}</small></li>`,
      )}
    </ul>
    ${
      events.length > 0 &&
      html`<ol class="events" aria-label="Last events">${events
        .slice(0, isOpen ? eventsShown : 1)
        .map(
          (event) =>
            html`<li key=${`${event.at} ${event.message}`}><time dateTime=${event.at}>${clockWords(event.at)}</time> ${event.message}</li>`,
        )}</ol>
      <button type="button" class="more-events" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${isOpen ? "Fewer events" : "More events"}</button>`
    }
  </article>`;
}

/** One box for each task: running, on its way, still missing; beyond twenty a plain bar. */
function bar({ name, running, desired, pending, bounds }: CloudService): VNode {
  const most = Math.max(desired, running + pending, bounds?.max ?? 0, 1);
  const label = `${name}: ${running} of ${desired} running`;
  if (most > 20) {
    return html`<meter class="meter" min="0" max=${most} value=${running} aria-label=${label}></meter>`;
  }
  const kinds = Array.from({ length: most }, (_, at) => {
    if (at < running) return at < desired ? "running" : "surplus";
    if (at < running + pending) return "pending";
    return at < desired ? "missing" : "free";
  });
  return html`<div class="tasks" role="img" aria-label=${label}>${kinds.map((kind) => html`<span class=${`task task-box-${kind}`}></span>`)}</div>`;
}
