/** A key's name as it may be shown: parts that may be a secret or somebody's name are replaced. */
export function keyShape(key: string): string {
  return key
    .slice(0, 300)
    .split(/([:/|{}])/)
    .map((part) =>
      /^[A-Za-z][A-Za-z_-]{0,23}$/.test(part) || /^[:/|{}]?$/.test(part) || /^v\d{1,3}$/.test(part) ? part : "<id>",
    )
    .join("");
}

/** Words by which errors are told apart; everything else in a reason may be somebody's data. */
const known = new Set(
  `a after again all already an and any are aborted abort access address allowed api argument arguments array at attempt attempts
  authentication authorization bad be because been body broken by call called canceled cancelled cannot cant certificate check client
  closed code command complete completed connect connection constraint could create credentials data database deadlock default
  deleted denied detected did does domain down duplicate email empty end error exceeded exception exhausted exists expected expired
  failed failure fetch field file for forbidden format found from function gateway get got had has have heap hang host http https in
  input insert internal invalid is it job json key large length limit limited limits load lock long lost mail max maximum
  memory message method missing model module more must name network no not null object of offline on open operation or out over
  parameter parse payload permission pool port post process property provided query queue quota rate read reached refused
  rejected relation request requested requests required reset resource response result retries retry returned room row running schema
  send server service session size smtp socket space stalled statement status stream string syntax system table than that the
  there this throttled time timed timeout to token too transaction try type unable unauthorized unavailable undefined unexpected
  unique unknown unreachable unsupported up upstream url user validation value values violates was when while with without worker
  write wrong zero id ids reason since still waiting wait later more`.split(/\s+/),
);

/** A reason as it may be shown: its known words and codes; what else it holds is left out. */
export function reasonShape(reason: string): string {
  const [first = ""] = reason.split("\n");
  if (first.trim() === "") return "no reason given";
  const words = first
    .slice(0, 400)
    .replaceAll(/(["'`]).*?\1/g, " … ")
    .split(/(?<=\s)|(?=\s)/)
    .map((word) => {
      if (/^\s+$/.test(word)) return " ";
      const bare = word.replaceAll(/^[^\w…]+|[^\w…]+$/g, "");
      const isCode = /^E[A-Z]{3,20}$|^(?:[A-Z][a-z]+){0,4}(?:Error|Exception)$|^[45]\d\d$/.test(bare);
      return isCode || known.has(bare.toLowerCase()) ? word.replaceAll(/[^\w.,:;()'-]/g, "") : "…";
    });
  const text = words
    .join("")
    .replaceAll(/…(?:\s*…)+/g, "…")
    .replaceAll(/\s+/g, " ")
    .trim();
  return text === "" ? "no reason given" : text;
}
