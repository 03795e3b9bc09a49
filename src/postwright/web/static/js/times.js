// When a post goes out: wall times in a zone, instants, and the words for them. Pure functions.
/** Wall time in a zone to an instant (ms). Two passes settle on the right side of a clock change. */
export function instant(wall, zone) {
  const local = Date.parse(`${wall}:00Z`);
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  let at = local;
  for (let pass = 0; pass < 2; pass += 1) at += local - Date.parse(`${format.format(at).replace(" ", "T")}:00Z`);
  return at;
}

/** An instant (ms) as wall time in a zone: ["2026-11-26", "09:30"]. */
export function wallTime(at, zone) {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return format.format(at).split(" ");
}

/** A wall time for people: "Thu 26 Nov, 09:30". */
export function spoken(date, time) {
  const day = new Date(`${date}T12:00:00Z`);
  const words = day.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  return `${words.replace(",", "")}, ${time}`;
}

/** Times that people often want: [words, date, time] in a zone. */
export function suggestions(at, zone) {
  const hour = 3_600_000;
  const [today] = wallTime(at, zone);
  const noon = new Date(`${today}T12:00:00Z`);
  const day = (ahead) => new Date(noon.getTime() + ahead * 24 * hour).toISOString().slice(0, 10);
  const monday = ((8 - noon.getUTCDay()) % 7) || 7;
  return [["In an hour", ...wallTime(at + hour, zone)], ["Tomorrow, 09:00", day(1), "09:00"], ["Monday, 09:00", day(monday), "09:00"]];
}
