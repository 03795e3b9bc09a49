// What can be said of a post before the server is asked: its kind, counts, and when it goes out. Pure functions.
import { hashtags, measure, mentions } from "./count.js";

const number = (value) => value.toLocaleString("en");
const fits = (kind, media) =>
  media.length >= kind.min_media && media.length <= kind.max_media && media.every((item) => kind.media.includes(item.type));

/** The kind of post that these media make: the one asked for, or the first that takes them; undefined if none does. */
export function kindOf(platform, options, media) {
  if (options.post_type) return platform.kinds.find((kind) => kind.name === options.post_type);
  return platform.kinds.find((kind) => fits(kind, media));
}

/** Findings in the shape of the server's, for what changes with every key. */
export function findings(platform, text, options, media) {
  const found = [];
  const add = (field, message) => found.push({ field, message, severity: "error" });
  const { limit, hashtags: tags, mentions: names } = platform.limits.caption;
  const over = measure(text, platform.limits.caption).length - limit;
  if (over > 0) add("caption", `${number(over)} over the limit of ${number(limit)}.`);
  if (tags != null && hashtags(text).length > tags) add("caption", `${hashtags(text).length} hashtags; ${tags} are allowed.`);
  if (names != null && mentions(text).length > names) add("caption", `${mentions(text).length} mentions; ${names} are allowed.`);
  const message = aboutMedia(platform, options, media);
  if (message) add("media", message);
  return found;
}

function aboutMedia(platform, options, media) {
  const kind = kindOf(platform, options, media);
  if (kind && fits(kind, media)) return "";
  const kinds = kind ? [kind] : platform.kinds;
  const most = Math.max(...kinds.map((each) => each.max_media));
  if (!media.length) return kinds.some((each) => each.media.includes("image")) ? "Needs a picture or a video." : "Needs a video.";
  if (media.length > most) return `Takes at most ${most} ${most === 1 ? "file" : "files"}; there are ${media.length}.`;
  if (kind && media.length < kind.min_media) return `${kind.label} needs at least ${kind.min_media} files.`;
  if (kind) return `${kind.label} takes ${kind.media.includes("image") ? "no video" : "only video"}.`;
  return "These files do not go together in one post here.";
}

/** How the preview is laid out: "tall" (fills a phone), "media" (picture first) or "words" (text first). */
export function layoutOf(platform, kind, media) {
  if (kind && /reel|story|short/.test(kind.name)) return "tall";
  const upright = media.length === 1 && media[0].type === "video" && media[0].height > media[0].width;
  if (!platform.kinds.some((each) => each.min_media === 0)) return upright ? "tall" : "media";
  return "words";
}

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
