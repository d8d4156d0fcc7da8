import { createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import type { AlarmRecord, AlarmState, Alarms } from "./cloudwatch/alarms.ts";
import type { World } from "./world.ts";

/** What stands for Amazon SNS: alarms are delivered to addresses that are subscribed to their topic, signed. */
export interface Topics {
  /** Asks an address whether it wants the posts of a topic; they come once it has confirmed. Kept in memory alone. */
  readonly subscribe: (topicArn: string, endpoint: string) => Promise<void>;
  /** Answers what SNS would at an address of its own: the certificate, and a confirmation. Throws for any other. */
  readonly fetchText: (url: string) => Promise<string>;
  /** Every post there was, with what it was answered; 0 for nothing. */
  readonly deliveries: () => readonly Delivery[];
}

export interface Delivery {
  readonly endpoint: string;
  readonly body: string;
  readonly status: number;
}

interface Subscription {
  readonly topicArn: string;
  readonly endpoint: string;
  readonly token: string;
  confirmed: boolean;
}

/** SNS tries longer; here somebody waits. */
const mostTries = 3;
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};

/** Source: docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html, signature version 2. */
export function startTopics(world: World, alarms: Alarms): Topics {
  const { account, region } = world;
  const host = `https://sns.${region}.amazonaws.com`;
  const certificateUrl = `${host}/SimpleNotificationService-sandbox.pem`;
  const subscriptions: Subscription[] = [];
  const deliveries: Delivery[] = [];
  const states = new Map<string, AlarmState>();
  let keys: ReturnType<typeof makeKeys> | undefined;
  const keyPair = () => {
    keys ??= makeKeys();
    return keys;
  };

  async function post(endpoint: string, message: Readonly<Record<string, string>>): Promise<void> {
    const text = (fieldsOf[message.Type ?? ""] ?? [])
      .flatMap((name) => (message[name] === undefined ? [] : [`${name}\n${message[name]}\n`]))
      .join("");
    const body = JSON.stringify({
      ...message,
      SignatureVersion: "2",
      Signature: createSign("RSA-SHA256").update(text).sign(keyPair().privateKey, "base64"),
      SigningCertURL: certificateUrl,
    });
    for (let tried = 0; tried < mostTries; tried += 1) {
      const headers = { "content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": message.Type ?? "" };
      const status = await fetch(endpoint, { method: "POST", headers, body }).then(
        (answer) => answer.status,
        () => 0,
      );
      deliveries.push({ endpoint, body, status });
      if (status >= 200 && status < 300) return;
    }
  }

  alarms.onChange((alarm) => {
    const before = states.get(alarm.name) ?? "OK";
    states.set(alarm.name, alarm.state);
    for (const { topicArn, endpoint, confirmed } of subscriptions) {
      if (!confirmed || !alarm.actions.includes(topicArn)) continue;
      const message = JSON.stringify(alarmMessage(alarm, before, { account }));
      const subject = `${alarm.state}: "${alarm.name}"`;
      void post(endpoint, { ...heads("Notification", topicArn), Subject: subject, Message: message });
    }
  });

  function heads(type: string, topicArn: string) {
    const at = new Date(world.time.now()).toISOString();
    return { Type: type, MessageId: randomUUID(), TopicArn: topicArn, Timestamp: at };
  }

  return {
    subscribe: async (topicArn, endpoint) => {
      const token = randomUUID();
      subscriptions.push({ topicArn, endpoint, token, confirmed: false });
      const query = new URLSearchParams({ Action: "ConfirmSubscription", TopicArn: topicArn, Token: token });
      await post(endpoint, {
        ...heads("SubscriptionConfirmation", topicArn),
        Message: `You have chosen to subscribe to the topic ${topicArn}.`,
        SubscribeURL: `${host}/?${query}`,
        Token: token,
      });
    },
    fetchText: async (address) => {
      if (address === certificateUrl) return keyPair().publicKey;
      const url = new URL(address);
      const found = subscriptions.find(({ token }) => token === url.searchParams.get("Token"));
      if (url.origin !== host || !found) throw new Error(`There is nothing at ${address}`);
      found.confirmed = true;
      return "<ConfirmSubscriptionResponse/>";
    },
    deliveries: () => [...deliveries],
  };
}

/** A bare public key stands for the certificate that SNS publishes. */
function makeKeys() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

function alarmMessage(alarm: AlarmRecord, before: AlarmState, { account }: Pick<World, "account">) {
  return {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description,
    AWSAccountId: account,
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: new Date(alarm.changedAt).toISOString().replace("Z", "+0000"),
    Region: "EU (Ireland)",
    AlarmArn: alarm.arn,
    OldStateValue: before,
    AlarmActions: alarm.actions,
    ...(alarm.anyOf
      ? {}
      : {
          Trigger: {
            MetricName: alarm.metric,
            Namespace: alarm.namespace,
            Statistic: alarm.statistic,
            Dimensions: alarm.dimensions.map(({ Name, Value }) => ({ name: Name, value: Value })),
            Period: alarm.period,
            EvaluationPeriods: alarm.periods,
            ComparisonOperator: alarm.comparison,
            Threshold: alarm.threshold,
          },
        }),
  };
}
