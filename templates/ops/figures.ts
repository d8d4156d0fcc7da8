/** A time as people say it: 45 s, 12 min, 3 h 5 min, 2 d. */
export function age(seconds: number | null): string {
  if (seconds === null) return "not known";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) {
    const minutes = Math.floor((whole % 3600) / 60);
    return `${Math.floor(whole / 3600)} h${minutes > 0 ? ` ${minutes} min` : ""}`;
  }
  return `${Math.floor(whole / 86_400)} d`;
}

/** An amount of memory or disk: 812 B, 1.4 GB. Thousands, as disks are sold. */
export function bytes(amount: number | null): string {
  if (amount === null) return "not known";
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let [value, unit] = [Math.max(0, amount), 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}

/** A count with its thousands apart: 1,204,331. */
export function count(amount: number): string {
  return Math.round(amount).toLocaleString("en-GB");
}

/** A share as people say it: 99.2 %. */
export function percent(share: number | null): string {
  return share === null ? "not known" : `${Math.round(share * 1000) / 10} %`;
}
