// What a label value means and how a class looks. Shared by the grid, the buttons and the test page.
// Values: -1 unknown, 0 absent, 1 present; anything else is read as unknown.

export const UNKNOWN = -1;
export const ABSENT = 0;
export const PRESENT = 1;

// Okabe and Ito's eight colours without black, followed by four of Paul Tol's muted ones: neighbours stay apart for
// people who see red and green alike. Colour never stands alone: a chip also has a mark, a name and a key.
export const palette = [
  "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7",
  "#f0e442", "#5b4fc0", "#a33d6b", "#999933", "#44aa99", "#8a8f98",
];

// clean turns what came over the wire into one of the three values.
export const clean = (value) => (value === PRESENT || value === ABSENT ? value : UNKNOWN);

// cycle is the order of a click or a digit: unknown, present, absent, unknown.
export const cycle = (value) => ({ [UNKNOWN]: PRESENT, [PRESENT]: ABSENT, [ABSENT]: UNKNOWN })[clean(value)];

export const word = (value) => ({ [UNKNOWN]: "unknown", [ABSENT]: "absent", [PRESENT]: "present" })[clean(value)];

// pressed is the value in the words of aria-pressed.
export const pressed = (value) => ({ [UNKNOWN]: "mixed", [ABSENT]: "false", [PRESENT]: "true" })[clean(value)];

// keyOf is the key that means class i: the one Go chose, or the digit of its place for the first nine.
export const keyOf = (classes, i) => (classes[i].key ?? (i < 9 ? String(i + 1) : "")).toLowerCase();

// colorOf is the class's own colour as #rrggbb, or the palette's for its place.
export const colorOf = (classes, i) =>
  /^#[0-9a-f]{6}$/i.test(classes[i].color ?? "") ? classes[i].color : palette[i % palette.length];

// coloured gives each class the colour of its place among all there have been, so that a class keeps its colour when
// another is taken away.
export function coloured(classes, all) {
  const place = new Map(all.map((c, i) => [c.name, i]));
  return classes.map((c, i) => ({ ...c, color: palette[(place.get(c.name) ?? i) % palette.length] }));
}

// inkOn is black or white, whichever reads better on a #rrggbb colour (WCAG 2 relative luminance; they cross at 0.179).
export function inkOn(color) {
  const linear = (at) => {
    const c = parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

// called is a class's name inside a sentence: cut where it is longer than a line, without the signs that would turn the
// direction of what stands behind it, and a name from right to left kept apart from numbers beside it.
export function called(name) {
  const letters = [...name.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")];
  const text = letters.length > 80 ? `${letters.slice(0, 79).join("")}…` : letters.join("");
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text;
}

// percent writes a score in [0, 1] as "82%", or "" when there is none.
export const percent = (score) =>
  typeof score === "number" && Number.isFinite(score) ? `${Math.round(100 * score)}%` : "";
