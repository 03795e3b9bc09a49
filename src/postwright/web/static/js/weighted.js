// The unit "weighted", by the rules of kit/weighted.py: a link weighs 23, an emoji 2, a light character 1, any other 2.
// The lists are of other days than the server's: top-level domains from an npm package, emoji from the browser itself.
import endings from "../vendor/tlds/index.json" with { type: "json" };

const LINK_WEIGHT = 23;
const LONGEST_LINK = 4096;
const LONGEST_LABEL = 63;
const MOST_SUBDOMAINS = 15;
const LONGEST_SLUG = 40;
const LIGHT = /^[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]$/;

const longestFirst = endings.toSorted((one, other) => other.length - one.length).join("|");
const ENDING = String.raw`(?:(?:onion|${longestFirst})(?![0-9a-z@+\-])|xn--[0-9a-z\-]+)`;
const INVALID = String.raw`\ufeff\ufffe\uffff`;
const SPACE = String.raw`\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const TURN = String.raw`\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069`;
const APART = String.raw`!#-,.\/:-@\[-^\{-~${SPACE}${TURN}${INVALID}`;
const LETTER = `[^${APART}_\\-]`;
const label = (inner) => String.raw`${LETTER}(?:${inner}{0,${LONGEST_LABEL - 2}}${LETTER})?\.`;
const DOMAIN = `(?:${label(`[^${APART}]`)}){0,${MOST_SUBDOMAINS}}${label(`[^${APART}_]`)}${ENDING}`;

const LATIN = String.raw`a-z0-9\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff`;
const CYRILLIC = String.raw`\u0400-\u04ff`;
const STEP = String.raw`[${LATIN}${CYRILLIC}!*';:=+,.$\/%#\[\]\-\u2013_~@|&]`;
const BRACKETS = String.raw`\((?:${STEP}+|${STEP}*\(${STEP}+\)${STEP}*)\)`;
const PATH = String.raw`\/${STEP}*(?:${BRACKETS}${STEP}*)*(?<=[${LATIN}${CYRILLIC}+\-=_#\/\)])`;
const QUERY = String.raw`\?[a-z0-9!?*'@\(\);:&=+$\/%#\[\]\-_.,~|]+(?<=[a-z0-9_&=#\/\-])`;

const LINK = new RegExp(
  String.raw`(?<before>[^a-z0-9@\uff20$#\uff03${INVALID}]|^)(?<link>(?<scheme>https?:\/\/)?(?<domain>${DOMAIN})(?::[0-9]+)?(?<path>${PATH})?(?:${QUERY})?)`,
  "giu",
);
const LATIN_DOMAIN = new RegExp(String.raw`(?:[${LATIN}\-]+\.)+${ENDING}`, "giu");
const SHORT_LINK = new RegExp(String.raw`^https?:\/\/t\.co\/(?<slug>[a-z0-9]+)(?:${QUERY})?`, "iu");

const EMOJI = /\p{RGI_Emoji}|[#*0-9]\u20e3/vy;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Whether each label is short enough for DNS, and what says that it is punycode may be that. */
function isDomain(domain) {
  if (domain.startsWith("xn--") && domain.search(LATIN_DOMAIN) < 0) return false;
  return domain.split(".").every((name) => (URL.parse(`http://${name}`)?.hostname ?? name).length <= LONGEST_LABEL);
}

/** [start, end] of each link. */
function* links(text) {
  for (const { index, 0: whole, groups: { before, link, scheme, domain, path } } of text.matchAll(LINK)) {
    const start = index + before.length;
    if (link.length + (scheme ?? "https://").length > LONGEST_LINK || !isDomain(domain)) continue;
    const short = link.match(SHORT_LINK);
    if (!scheme) {
      if (/[-_./]/.test(before)) continue;
      const latin = [...domain.matchAll(LATIN_DOMAIN)].map((found) => [start + found.index, start + found.index + found[0].length]);
      if (latin.length && path) latin.at(-1)[1] = index + whole.length;
      yield* latin;
    } else if (!short) yield [start, start + link.length];
    else if (short.groups.slug.length <= LONGEST_SLUG) yield [start, start + short[0].length];
  }
}

/** How long the emoji is that begins here; 0 if none does. */
function emojiLength(text, at) {
  EMOJI.lastIndex = at;
  return EMOJI.exec(text)?.[0].length ?? 0;
}

/** For each place in the normalised form, the one in `given`. */
function places(given) {
  return [...graphemes.segment(given)].flatMap(({ segment, index }) => Array(segment.normalize().length).fill(index));
}

/** [place, weight] of each link, emoji and other character. */
export function* weighted(given) {
  const text = given.normalize();
  const place = text === given ? null : places(given);
  const ends = new Map(links(text));
  for (let at = 0, next; at < text.length; at = next) {
    const link = ends.get(at);
    const emoji = link ? 0 : emojiLength(text, at);
    const character = String.fromCodePoint(text.codePointAt(at));
    next = link ?? at + (emoji || character.length);
    yield [place ? place[at] : at, link ? LINK_WEIGHT : !emoji && LIGHT.test(character) ? 1 : 2];
  }
}
