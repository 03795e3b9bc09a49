// What can be said of a post before the server is asked, by the rules of domain/check.py: its kind, its text, its media,
// its options. Findings are worded as the server words them, so that nothing changes on the screen when it answers.
// Pure functions.
import { hashtags, measure, mentions } from "./count.js";

const UNITS = { utf8: "bytes" };

/** What is decided here as surely as by the server. */
export const DECIDED = new Set([
  ...["alt_text_ignored", "alt_text_too_long", "caption_ignored", "caption_required", "caption_too_long", "media_format"],
  ...["media_kind_unsupported", "media_mix_unsupported", "media_required", "option_not_for_kind", "option_required"],
  ...["too_few_media", "too_many_hashtags", "too_many_media", "too_many_mentions", "unknown_post_type"],
]);

const finding = (field, code, message, severity = "error") => ({ field, code, message, severity });

/** What is wrong with the number and sorts of files for a kind of post. */
function counts(kind, media) {
  const found = [];
  const { label, min_media: least, max_media: most } = kind;
  if (media.length < least) found.push(finding("media", media.length ? "too_few_media" : "media_required", `${label} needs at least ${least} media.`));
  if (media.length > most) found.push(finding("media", "too_many_media", `${label} takes at most ${most} media.`));
  media.forEach((item, at) => {
    if (!kind[item.type]) found.push(finding(`media.${at}`, "media_kind_unsupported", `${label} takes no ${item.type}.`));
  });
  return found;
}

/** Whether a kind takes this file as it is, or as what it is converted to. */
const takes = (kind, item) => Boolean(kind[item.type]) && (kind[item.type].mimes.includes(item.mime) || Boolean(kind[item.type].convert_to));

/** Whether an option has a value: one that was given, or the one it has by itself. */
function isGiven(platform, options, name) {
  const value = name in options ? options[name] : platform.options_schema.properties?.[name]?.default;
  return !(value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length));
}

/** The kind of post that was asked for or that these media and options make: {kind}, or {finding} if none does. */
export function chooseKind(platform, options, media) {
  const { kinds } = platform;
  if (options.post_type) {
    const kind = kinds.find((each) => each.name === options.post_type);
    const names = kinds.map((each) => each.name).join(", ");
    return kind ? { kind } : { finding: finding("options.post_type", "unknown_post_type", `'${options.post_type}' is not one of ${names}.`) };
  }
  const able = kinds.filter((each) => !each.chosen_by || isGiven(platform, options, each.chosen_by));
  const fitting = able.filter((each) => !counts(each, media).length);
  const kind = fitting.find((each) => media.every((item) => takes(each, item))) ?? fitting[0];
  return kind ? { kind } : { finding: closest(able, media) };
}

/** What stands in the way where no kind takes these media. */
function closest(kinds, media) {
  if (!media.length) return finding("media", "media_required", "This platform publishes no text alone: add a picture or a video.");
  const most = Math.max(...kinds.map((kind) => kind.max_media));
  if (media.length > most) return finding("media", "too_many_media", `At most ${most} pictures and videos fit in one post.`);
  const sorts = [...new Set(media.map((item) => item.type))].sort();
  const wrong = sorts.find((sort) => !kinds.some((kind) => kind[sort]));
  if (wrong) return finding("media", "media_kind_unsupported", `This platform takes no ${wrong}.`);
  return finding("media", "media_mix_unsupported", `${media.length} ${sorts.map((sort) => `${sort}s`).join(" and ")} do not fit in one post here.`);
}

/** Findings in the shape of the server's, for what changes with every key. */
export function findings(platform, text, options, media) {
  const { kind, finding: none } = chooseKind(platform, options, media);
  if (none) return [none];
  return [...counts(kind, media), ...aboutText(kind, text), ...media.flatMap((item, at) => aboutFile(kind, item, at)), ...aboutOptions(platform, kind, options)];
}

function aboutText(kind, text) {
  if (text && !kind.caption) return [finding("caption", "caption_ignored", `${kind.label} shows no caption; it will be left out.`, "warning")];
  const found = [];
  const { limit, unit, hashtags: tags, mentions: names } = kind.text;
  const { length } = measure(text, kind.text);
  if (kind.needs_caption && !text.trim()) found.push(finding("caption", "caption_required", `${kind.label} needs a text.`));
  if (length > limit) found.push(finding("caption", "caption_too_long", `The caption has ${length} ${UNITS[unit] ?? "characters"}; ${limit} are allowed.`));
  for (const [count, most, noun] of [[hashtags(text).length, tags, "hashtags"], [mentions(text).length, names, "mentions"]]) {
    if (most !== null && count > most) found.push(finding("caption", `too_many_${noun}`, `${count} ${noun}; ${most} are allowed.`));
  }
  return found;
}

/** Format and description of one file; the server measures the rest of it. */
function aboutFile(kind, item, at) {
  const found = [];
  const rule = kind[item.type];
  if (rule && item.mime && !takes(kind, item)) {
    found.push(finding(`media.${at}`, "media_format", `${item.mime} is not accepted; allowed: ${rule.mimes.join(", ")}.`));
  }
  const described = [...(item.alt_text ?? "")].length;
  if (described && !describes(kind, item)) {
    found.push(finding(`media.${at}.alt_text`, "alt_text_ignored", `${kind.label} takes no alternative text here; it will be left out.`, "warning"));
  } else if (described > kind.alt_text) {
    found.push(finding(`media.${at}.alt_text`, "alt_text_too_long", `${described} characters; ${kind.alt_text} are allowed.`));
  }
  return found;
}

/** Whether a kind of post shows a text for people who cannot see this file. */
export const describes = (kind, item) => kind.alt_text !== null && kind.alt_text_on.includes(item.type);

function aboutOptions(platform, kind, options) {
  const strange = Object.keys(options).filter((name) => name !== "post_type" && !kind.options.includes(name) && isGiven(platform, options, name)).sort();
  const missing = kind.required.filter((name) => !isGiven(platform, options, name));
  return [
    ...strange.map((name) => finding(`options.${name}`, "option_not_for_kind", `${kind.label} has no option ${name}.`)),
    ...missing.map((name) => {
      const what = platform.options_schema.properties[name].description ?? "It must be given.";
      return finding(`options.${name}`, "option_required", `${kind.label} needs the option ${name}: ${what}`);
    }),
  ];
}

/** The options worth a field now: those of the kind in force, those that would choose another kind, those with a value. */
export function optionNames(platform, options, media) {
  const { kind } = chooseKind(platform, options, media);
  const able = kind ? [kind] : platform.kinds.filter((each) => !each.chosen_by);
  const ways = options.post_type ? [] : platform.kinds.filter((each) => each.chosen_by && !counts(each, media).length).map((each) => each.chosen_by);
  const shown = (name) => able.every((each) => each.options.includes(name)) || ways.includes(name) || options[name] !== undefined;
  return Object.keys(platform.options_schema.properties ?? {}).filter((name) => name !== "post_type" && shown(name));
}

/** How the preview is laid out: "tall" (fills a phone), "watch" (video, then its title), "pin" (picture, title, link),
    "media" (picture first) or "words" (text first). */
export function layoutOf(platform, kind, media) {
  if (kind && /reel|story|short/.test(kind.name)) return "tall";
  if (platform.kinds.some((each) => each.min_media === 0)) return "words";
  const offers = (name) => (kind ? [kind] : platform.kinds).every((each) => each.options.includes(name));
  if (offers("title") && offers("link")) return "pin";
  const film = media.find((item) => item.type === "video");
  if (film && film.height > film.width) return "tall";
  return offers("title") && platform.kinds.every((each) => each.video) ? "watch" : "media";
}
