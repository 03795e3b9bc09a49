// Counting a caption the way its platform does, at every key; the server counts again and has the last word.
// The patterns for hashtags and mentions are those of kit/text.py.
// Emoji end in marks (variation selectors, the enclosing keycap), which are no letters to stand before or in a tag.
const HASHTAG =
  /(?<![[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]|[&\/])[#＃][[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]*[[\p{L}\p{M}_]--[\uFE0E\uFE0F\u20E3]][[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]*/gv;
const MENTION = /(?<![[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]|[@\/.])[@＠][A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?/gv;
const LINK = /https?:\/\/[^\s]+|(?<![@\p{L}\p{N}_.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:\/[^\s]*)?(?![\p{L}\p{N}@])/giu;
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];
const LINK_WEIGHT = 23;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export const hashtags = (text) => text.match(HASHTAG) ?? [];
export const mentions = (text) => text.match(MENTION) ?? [];

const bytes = (point) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
const light = (point) => LIGHT.some(([first, last]) => point >= first && point <= last);

/** [place, weight] of each code point. */
function* points(text, weight) {
  let at = 0;
  for (const character of text) {
    yield [at, weight(character.codePointAt(0))];
    at += character.length;
  }
}

/** A link weighs 23, an emoji 2, a letter of the light ranges 1, any other 2. */
function* weighted(text) {
  let from = 0;
  for (const link of [...text.matchAll(LINK), { index: text.length, 0: "" }]) {
    for (const { segment, index } of graphemes.segment(text.slice(from, link.index))) {
      if (EMOJI.test(segment)) yield [from + index, 2];
      else for (const [at, weight] of points(segment.normalize("NFC"), (point) => (light(point) ? 1 : 2))) yield [from + index + at, weight];
    }
    if (link[0]) yield [link.index, LINK_WEIGHT];
    from = link.index + link[0].length;
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
