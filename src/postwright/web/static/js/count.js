// Counting a caption the way its platform does, at every key; the server counts again and has the last word.
import { weighted } from "./weighted.js";

// The patterns for hashtags and mentions are those of kit/text.py.
// Emoji end in marks (variation selectors, the enclosing keycap), which are no letters to stand before or in a tag.
const HASHTAG =
  /(?<![[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]|[&\/])[#＃][[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]*[[\p{L}\p{M}_]--[\uFE0E\uFE0F\u20E3]][[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]*/gv;
const MENTION = /(?<![[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]|[@\/.])[@＠][A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?/gv;

export const hashtags = (text) => text.match(HASHTAG) ?? [];
export const mentions = (text) => text.match(MENTION) ?? [];

const bytes = (point) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** [place, weight] of each code point. */
function* points(text, weight) {
  let at = 0;
  for (const character of text) {
    yield [at, weight(character.codePointAt(0))];
    at += character.length;
  }
}

const UNITS = {
  utf16: (text) => points(text, (point) => (point > 0xffff ? 2 : 1)),
  code_points: (text) => points(text, () => 1),
  utf8: (text) => points(text, bytes),
  weighted,
};

/** The length of a text in a platform's unit, and the place where its limit is crossed (-1: nowhere). */
export function measure(text, { limit, unit }) {
  let length = 0;
  let cut = -1;
  for (const [at, weight] of (UNITS[unit] ?? UNITS.code_points)(text)) {
    length += weight;
    if (limit !== null && length > limit && cut < 0) cut = at;
  }
  return { length, cut };
}
