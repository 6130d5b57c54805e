// The two canvases of a map: below the dots or images, above them what changes with every move of the hand.

import { dots, mixed, packed, paint, paintOver, stamp } from "./scatterdraw.mjs";
import { mosaic, toCanvas, within } from "./scatterspace.mjs";
import { NONE, colorOf, greyOf, groupOf } from "./scatterstate.mjs";
import { el } from "./dom.mjs";

const tileSide = 64; // about, of an image among others, CSS pixels

// sheets makes the canvases. draw(s) paints all, over(s) only the upper one; s is the state of the map (scatter.mjs). size(w,
// h) says how large they are now. pictures.of(row) is a loaded image or null.
export function sheets(pictures) {
  const below = el("canvas", { class: "pw-dots", "aria-hidden": "true" });
  const above = el("canvas", { class: "pw-over", "aria-hidden": "true" });
  const low = below.getContext("2d", { willReadFrequently: true, alpha: false });
  const high = above.getContext("2d");
  let image = null;
  let ratio = 1;
  const colors = new Uint32Array(256);
  const faint = new Uint32Array(256);
  const alphas = new Uint16Array(256);

  function size(w, h) {
    ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    for (const canvas of [below, above]) {
      canvas.width = Math.max(1, Math.round(w * ratio));
      canvas.height = Math.max(1, Math.round(h * ratio));
    }
    image = low.createImageData(below.width, below.height);
  }

  // ink reads the colours of the look that is on.
  const ink = (name) => getComputedStyle(below).getPropertyValue(name).trim();

  function draw(s) {
    if (!image) return;
    const ground = packed(ink("--pw-map-ground"));
    const pixels = new Uint32Array(image.data.buffer);
    pixels.fill(ground);
    const dot = s.images ? { radius: 1.5, alpha: 90 } : dots(inView(s), s.see.w * s.see.h);
    for (let code = 0; code < 256; code++) {
      colors[code] = packed(colorOf(s.shades, code));
      faint[code] = mixed(ground, packed(greyOf), 110);
      alphas[code] = s.hidden.has(groupOf(s.shades, code)) ? 0 : dot.alpha;
    }
    const target = { pixels, width: below.width, height: below.height };
    const place = { k: s.see.k * ratio, x: ratio * (s.see.w / 2 - s.see.k * s.see.x), y: ratio * (s.see.h / 2 + s.see.k * s.see.y) };
    const round = stamp(dot.radius * ratio);
    if (s.count) {
      paint(target, s.points, place, s.codes, faint, alphas, round, s.marks, 0);
      alphas.forEach((a, code) => a && (alphas[code] = Math.min(256, a + 60)));
      paintOver(target, s.points, place, s.codes, colors, alphas, stamp((dot.radius + 0.4) * ratio), NONE, s.marks, 1);
    } else {
      paintOver(target, s.points, place, s.codes, colors, alphas, round, NONE);
    }
    if (!s.images) rings(s, target, place, dot.radius);
    low.putImageData(image, 0, 0);
    if (s.images) tiles(s, ink("--pw-map-ground"));
    over(s);
  }

  // rings goes around the dots that are marked, on top of all.
  function rings(s, target, place, radius) {
    const plain = colors.slice();
    for (const [level, name, wide] of [[1, "--pw-accent", 1.4], [2, "--pw-text", 2]]) {
      if (!s.rings.includes(level)) continue;
      alphas.forEach((a, code) => a && (alphas[code] = 256));
      if (!s.count) paint(target, s.points, place, s.codes, plain, alphas, stamp((radius + 1) * ratio), s.rings, level); // with a selection only that is bright
      colors.fill(packed(ink(name)));
      paint(target, s.points, place, s.codes, colors, alphas, stamp((radius + 1.2 + wide) * ratio, (radius + 1.2) * ratio), s.rings, level);
    }
  }

  const inView = (s) => {
    let n = 0;
    const [w, h] = [s.see.w / s.see.k / 2, s.see.h / s.see.k / 2];
    within(s.index, s.see.x - w, s.see.y - h, s.see.x + w, s.see.y + h, () => n++);
    return n;
  };

  // tiles draws the images that stand for their part of the plane, each framed in its colour.
  function tiles(s, ground) {
    const chosen = (s.tiles = mosaic(s.index, s.see, tileSide, s.shown, s.rings));
    pictures.want(chosen.map(({ dot }) => s.rows[dot]));
    low.save();
    low.scale(ratio, ratio);
    for (const { dot, x, y, side } of chosen) {
      const box = side - 4;
      const picture = pictures.of(s.rows[dot]);
      low.globalAlpha = 1;
      low.fillStyle = ground;
      low.fillRect(x - box / 2, y - box / 2, box, box);
      low.globalAlpha = s.count && !s.marks[dot] ? 0.35 : 1;
      const ring = ["", "--pw-accent", "--pw-text"][s.rings[dot]];
      if (ring) {
        low.fillStyle = ink(ring);
        low.fillRect(x - box / 2 - 2, y - box / 2 - 2, box + 4, box + 4);
      }
      low.fillStyle = colorOf(s.shades, s.codes[dot]);
      low.fillRect(x - box / 2, y - box / 2, box, box);
      if (picture) {
        const part = Math.min(picture.naturalWidth, picture.naturalHeight); // the middle of it, square
        low.drawImage(picture, (picture.naturalWidth - part) / 2, (picture.naturalHeight - part) / 2, part, part, x - box / 2 + 2, y - box / 2 + 2, box - 4, box - 4);
      }
    }
    low.restore();
  }

  function over(s) {
    high.setTransform(ratio, 0, 0, ratio, 0, 0);
    high.clearRect(0, 0, s.see.w, s.see.h);
    const [text, accent] = [ink("--pw-text"), ink("--pw-accent")];
    for (const [dot, radius, color] of [[s.current, 9, accent], [s.hover, 7, text]]) {
      if (dot < 0 || !s.shown(dot)) continue;
      const tile = s.images && s.tiles.find((one) => one.dot === dot);
      const [x, y] = tile ? [tile.x, tile.y] : toCanvas(s.see, s.points[2 * dot], s.points[2 * dot + 1]);
      high.beginPath();
      if (tile) high.rect(x - tile.side / 2, y - tile.side / 2, tile.side, tile.side);
      else high.arc(x, y, radius, 0, 7);
      high.lineWidth = 3;
      high.strokeStyle = color;
      high.stroke();
    }
    if (s.brush.at) {
      high.beginPath();
      high.arc(...s.brush.at, s.brush.radius, 0, 7);
      high.lineWidth = 1.5;
      high.setLineDash(s.mode === "subtract" ? [5, 4] : []);
      high.strokeStyle = accent;
      high.stroke();
      high.setLineDash([]);
    }
    if (s.byKeys) { // where the keys look
      high.beginPath();
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        high.moveTo(s.see.w / 2 + 9 * dx, s.see.h / 2 + 9 * dy);
        high.lineTo(s.see.w / 2 + 16 * dx, s.see.h / 2 + 16 * dy);
      }
      high.lineWidth = 2;
      high.strokeStyle = accent;
      high.stroke();
    }
    if (s.line.length > 1) {
      high.beginPath();
      s.line.forEach(([x, y], i) => (i ? high.lineTo(x, y) : high.moveTo(x, y)));
      high.closePath();
      high.globalAlpha = 0.14;
      high.fillStyle = accent;
      high.fill();
      high.globalAlpha = 1;
      high.lineWidth = 1.5;
      high.setLineDash(s.mode === "subtract" ? [5, 4] : []);
      high.strokeStyle = accent;
      high.stroke();
      high.setLineDash([]);
    }
  }
  return { below, above, size, draw, over };
}
