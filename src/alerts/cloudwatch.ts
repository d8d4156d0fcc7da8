import { known, list, moment, record, word } from "./body.ts";
import type { ReadAlerts } from "./senders.ts";

/**
 * A CloudWatch alarm, as it stands in the message of SNS. An alarm has no severity: its description may say one
 * (“severity: warning”). A lack of data is neither an alarm nor its end.
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export const readCloudWatch: ReadAlerts = (body) => {
  const alarm = record(body);
  const [name, state] = [word(alarm.AlarmName), word(alarm.NewStateValue)];
  if (name === null || state === null) return null;
  if (state !== "ALARM" && state !== "OK") return [];
  const trigger = record(alarm.Trigger);
  const dimensions = list(trigger.Dimensions).map(record);
  const arn = word(alarm.AlarmArn);
  const region = /^arn:[\w-]+:cloudwatch:([\w-]+):/.exec(arn ?? "")?.[1] ?? null;
  const description = word(alarm.AlarmDescription) ?? "";
  const at = moment(alarm.StateChangeTime);
  return [
    {
      fingerprint: arn ?? `${word(alarm.AWSAccountId) ?? ""}/${word(alarm.Region) ?? ""}/${name}`,
      title: name,
      text: [description, word(alarm.NewStateReason) ?? ""].filter(Boolean).join("\n"),
      severity: /\bseverity\s*[:=]\s*(\w+)/i.exec(description)?.[1] ?? null,
      state: state === "ALARM" ? "firing" : "resolved",
      labels: known({
        ...Object.fromEntries(dimensions.map((one) => [word(one.name) ?? "dimension", word(one.value)])),
        metric: word(trigger.MetricName),
        namespace: word(trigger.Namespace),
        account: word(alarm.AWSAccountId),
        region,
      }),
      link:
        region === null
          ? null
          : `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(name)}`,
      startedAt: state === "ALARM" ? at : null,
      at,
    },
  ];
};
