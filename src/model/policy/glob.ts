/**
 * A text with wildcards, taken apart: UTF-16 code units, and the two wildcards as negative numbers. So a literal
 * asterisk and one that came out of a policy variable are told from a wildcard.
 */
export type Glob = readonly number[];

/** `*`: any text, also none. */
export const ANY_TEXT = -1;
/** `?`: any one character. */
export const ANY_CHARACTER = -2;

/**
 * Whether the whole text matches. When a character does not fit, only the last `*` need take one more, so the time is
 * at worst the product of the two lengths: no pattern makes it explode.
 */
export function matchesGlob(glob: Glob, text: string): boolean {
  let atGlob = 0;
  let atText = 0;
  let lastStar = -1;
  let afterStar = 0;
  while (atText < text.length) {
    const wanted = glob[atGlob];
    if (wanted === ANY_TEXT) {
      lastStar = atGlob;
      afterStar = atText;
      atGlob += 1;
    } else if (wanted === ANY_CHARACTER || wanted === text.charCodeAt(atText)) {
      atGlob += 1;
      atText += 1;
    } else if (lastStar >= 0) {
      afterStar += 1;
      atText = afterStar;
      atGlob = lastStar + 1;
    } else {
      return false;
    }
  }
  while (glob[atGlob] === ANY_TEXT) atGlob += 1;
  return atGlob === glob.length;
}
