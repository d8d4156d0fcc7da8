/** The web services beside the platforms that Tocsin works with; null for each that the configuration does not name. */
export interface Integrations {
  readonly pagerduty: PagerDutyIntegration | null;
}

/** PagerDuty: who is on call, and another way to page people. */
export interface PagerDutyIntegration {
  /** Base of the REST API, without a slash at its end. */
  readonly url: string;
  /** Base of the Events API v2, without a slash at its end. */
  readonly eventsUrl: string;
  /** REST API key; reading is enough. */
  readonly token: string;
}
