// The state of a map as pure functions: what part of the plane is seen, which dots are selected, which groups are hidden.

import { toPlane } from "./scatterspace.mjs";

// fit is the view of all: the extent, with a rim.
export function fit(extent, w, h) {
  const [wide, high] = [Math.max(extent.right - extent.left, 1e-9), Math.max(extent.high - extent.low, 1e-9)];
  const k = Math.min(Math.max(w - 36, 20) / wide, Math.max(h - 36, 20) / high);
  return { x: (extent.left + extent.right) / 2, y: (extent.low + extent.high) / 2, k, w, h };
}

// zoomed is nearer by a factor, with what is below a place of the canvas staying there. Never further than twice, nor nearer
// than 2,000 times, the view of all.
export function zoomed(see, factor, x, y, all) {
  const k = Math.max(all.k / 2, Math.min(all.k * 2000, see.k * factor));
  const [px, py] = toPlane(see, x, y);
  return { ...see, k, x: px - (x - see.w / 2) / k, y: py + (y - see.h / 2) / k };
}

// moved goes along with a hand that moves so many pixels; something of all stays in view.
export function moved(see, dx, dy, extent) {
  const keep = (v, low, high) => Math.max(low, Math.min(high, v));
  return { ...see, x: keep(see.x - dx / see.k, extent.left, extent.right), y: keep(see.y + dy / see.k, extent.low, extent.high) };
}

// resized keeps the middle and how much is seen when the canvas gets another size.
export function resized(see, w, h) {
  const k = see.k * Math.min(w / see.w, h / see.h);
  return Number.isFinite(k) && k > 0 ? { ...see, k, w, h } : { ...see, w, h };
}

// modeOf is what a drawn line does to the selection: "new", "add" (shift) or "subtract" (alt).
export const modeOf = ({ shiftKey, altKey }) => (altKey ? "subtract" : shiftKey ? "add" : "new");

// combine is the selection after a drawn line: marks has 1 for each dot that is selected.
export function combine(marks, dots, mode) {
  const next = mode === "new" ? new Uint8Array(marks.length) : marks.slice();
  for (const dot of dots) next[dot] = mode === "subtract" ? 0 : 1;
  return next;
}

export function countOf(marks) {
  let n = 0;
  for (let i = 0; i < marks.length; i++) n += marks[i];
  return n;
}

// bitsOf writes the rows of the selected dots as base64 of a bit for each row: row r is bit r % 8 of byte r / 8.
export function bitsOf(marks, rows) {
  const bytes = new Uint8Array(Math.ceil(marks.length / 8));
  marks.forEach((one, dot) => one && (bytes[rows[dot] >> 3] |= 1 << (rows[dot] & 7)));
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

// bytesOf reads base64.
export const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// pointsOf reads x, y of each row as Go counts them in steps, the lowest byte first, whatever this machine does: left, low and step
// as float32, and two uint16 for each row, of which 65,535 is no place.
export function pointsOf(buffer) {
  const view = new DataView(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength);
  if (view.byteLength < 12) return new Float32Array(0);
  const from = [view.getFloat32(0, true), view.getFloat32(4, true)];
  const step = view.getFloat32(8, true);
  const points = new Float32Array((view.byteLength - 12) >> 1);
  for (let i = 0; i < points.length; i++) {
    const at = view.getUint16(12 + 2 * i, true);
    points[i] = at === 65535 ? NaN : from[i & 1] + at * step;
  }
  return points;
}

// ringsOf are marks for the dots of rows: 2 for those listed, 1 for the others whose bit is set in bits, bytes with a bit for
// each row as bitsOf writes them. dotOf has the dot of each row.
export function ringsOf(rows, dotOf, listed, bits) {
  const marks = new Uint8Array(rows.length);
  if (bits) rows.forEach((row, dot) => (marks[dot] = (bits[row >> 3] >> (row & 7)) & 1));
  for (const row of listed) if (row < rows.length) marks[dotOf[row]] = 2;
  return marks;
}

export const NONE = 255; // the code of a row that has no group or no value
const steps = 51; // codes of each of the five groups of a scale

// groupOf is the place in the legend of a code; what has none comes last.
export const groupOf = (shades, code) => (code === NONE ? shades.groups.length : shades.scale ? Math.min(4, Math.floor(code / steps)) : code);

// groupsOf is the legend: the groups, and one of those without where there are any, each with how many it has.
export function groupsOf(shades, codes) {
  const counts = new Uint32Array(257);
  const all = [...shades.groups, { name: shades.none || "none", color: greyOf }];
  for (const code of codes) counts[groupOf(shades, code)]++;
  return all.map((group, i) => ({ ...group, n: counts[i], i })).filter((group, i) => i < shades.groups.length || group.n > 0);
}

// Ten steps of viridis (Smith and van der Walt 2015), which people who see red and green alike read, too, without the two darkest,
// which a dark ground hides.
export const viridis = ["#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
export const greyOf = "#9aa0a8";

// colorOf is the colour of a code.
export function colorOf(shades, code) {
  if (code === NONE) return greyOf;
  if (!shades.scale) return shades.groups[code]?.color ?? greyOf;
  const at = (code / 254) * (viridis.length - 1);
  const [low, high] = [Math.floor(at), Math.min(viridis.length - 1, Math.floor(at) + 1)];
  const part = (from) => Math.round(parseInt(viridis[low].slice(from, from + 2), 16) * (1 - at + low) + parseInt(viridis[high].slice(from, from + 2), 16) * (at - low));
  return `#${[1, 3, 5].map((from) => part(from).toString(16).padStart(2, "0")).join("")}`;
}

// toggled hides a group or shows it again; isolated hides all others, or, where that is so already, none.
export function toggled(hidden, i) {
  const next = new Set(hidden);
  if (!next.delete(i)) next.add(i);
  return next;
}
export function isolated(hidden, i, groups) {
  const others = groups.map((g) => g.i).filter((other) => other !== i);
  const already = !hidden.has(i) && others.every((other) => hidden.has(other));
  return new Set(already ? [] : others);
}

// barOf is what a selection consists of: of each group how many.
export function barOf(shades, codes, marks) {
  const counts = new Map();
  for (let dot = 0; dot < marks.length; dot++) {
    if (!marks[dot]) continue;
    const group = groupOf(shades, codes[dot]);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}
