/** A moment as everybody can place it, whatever their zone: 2026-12-20 18:00 UTC. */
export function momentInWords(at: Date): string {
  const text = at.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

/** A length of time in the largest units that fit: 2 h 30 min, 3 days. */
export function lengthInWords(minutes: number): string {
  const whole = Math.max(0, Math.round(minutes));
  const [days, hours, rest] = [Math.floor(whole / 1440), Math.floor((whole % 1440) / 60), whole % 60];
  const words = [
    days > 0 ? `${days} ${days === 1 ? "day" : "days"}` : null,
    hours > 0 ? `${hours} h` : null,
    rest > 0 || whole === 0 ? `${rest} min` : null,
  ];
  return words
    .filter((word) => word !== null)
    .slice(0, 2)
    .join(" ");
}
