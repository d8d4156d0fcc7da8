import type { Placement } from "../configuration.ts";

/** Which requests a load balancer sends to a service. */
export interface TrafficRead {
  /**
   * What leads requests to the service as its load balancer has it at this moment; null where it stands behind none.
   * The listeners of remembered routes are looked at too, wherever the service stands by now.
   */
  readonly traffic: (at: Placement, remembered?: readonly RememberedRoute[]) => Promise<Traffic | null>;
}

/** Holding requests back from a service, in front of what leads them to it. */
export interface TrafficWrite {
  /**
   * Lets so many per cent of what a route gives the service through: 0 for none, 100 for all, as without the bot. A rule
   * of the bot's own stands before the route's for less than 100; the route itself is never touched. Where nobody else
   * gets requests of the route it is all or nothing, and those held back are answered with 503. Repeating it changes
   * nothing. A route that is not as remembered is left alone (ProviderError refused, code RouteMoved), and so is one
   * whose place in front was taken by somebody else (code PlaceTaken).
   */
  readonly letThrough: (at: Placement, route: RememberedRoute, percent: number, operationId: string) => Promise<void>;
}

export interface Traffic {
  /** Everything that leads requests to it when the bot holds none back, in the order of listeners and priorities. */
  readonly routes: readonly Route[];
  /** The bot's own rules that hold requests back from it. */
  readonly holds: readonly RouteHold[];
  /** Set where its requests cannot be held back here at all: why. */
  readonly notHoldable: string | null;
}

/** A route as it was at one moment: enough to know whether somebody changed it since. */
export interface RememberedRoute {
  /** Full name of what leads the requests. */
  readonly id: string;
  /** For people: "HTTPS 443, rule 20 (path /api/*)". */
  readonly title: string;
  /** All that decides which requests are sent where; the same text while nobody changed it. */
  readonly state: string;
}

export interface Route extends RememberedRoute {
  /** Per cent of its requests that are given to the service, above 0. */
  readonly share: number;
  /** Who gets the rest, by name; nobody where the service gets all. */
  readonly others: readonly string[];
  /** Why requests cannot be held back in front of this one; null where they can. */
  readonly notHoldable: string | null;
}

/** A rule of the bot's that stands before a route. */
export interface RouteHold {
  /** Full name of the route. */
  readonly route: string;
  /** For people: "HTTPS 443, rule 19". */
  readonly title: string;
  /** How much it lets through, 0 to 99; null where somebody changed it, or the route is gone. */
  readonly percent: number | null;
}
