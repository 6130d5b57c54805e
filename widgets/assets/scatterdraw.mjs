// Draws a hundred thousand dots into pixels, by hand: the canvas's own calls take two to three times as long, and so does WebGL
// where no graphics card helps (docs/widgets.md). Pure: it knows arrays, not the page.
//
// Pixels are a Uint32Array over the bytes of an ImageData, so red is the lowest byte. A colour is such a number.

// packed is #rrggbb as a colour; what is none is grey.
export function packed(color) {
  const m = /^#([0-9a-f]{6})$/i.exec(String(color).trim());
  const n = m ? parseInt(m[1], 16) : 0x808080;
  return (0xff000000 | ((n & 0xff) << 16) | (n & 0xff00) | (n >> 16)) >>> 0;
}

// mixed goes from one colour to another; share is 0 to 256.
export function mixed(from, to, share) {
  const rest = 256 - share;
  const rb = ((Math.imul(from & 0xff00ff, rest) + Math.imul(to & 0xff00ff, share)) >>> 8) & 0xff00ff;
  const g = ((Math.imul(from & 0xff00, rest) + Math.imul(to & 0xff00, share)) >>> 8) & 0xff00;
  return (0xff000000 | rb | g) >>> 0;
}

// stamp is a dot of some radius: for each pixel it touches dx, dy and how far it covers it, 0 to 256. inner makes it a ring.
export function stamp(radius, inner = -1) {
  const reach = Math.ceil(radius);
  const list = [];
  const within = (d, r) => Math.max(0, Math.min(1, r - d + 0.5));
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const d = Math.hypot(dx, dy);
      const cover = Math.round(256 * (within(d, radius) - (inner >= 0 ? within(d, inner) : 0)));
      if (cover > 8) list.push(dx, dy, cover);
    }
  }
  return { reach, list: Int32Array.from(list) };
}

// paint draws dots, the last on top, and says how many. target is {pixels, width, height}; points are x, y of each dot (NaN
// has no place); place is {k, x, y}: a pixel is (x + k · px, y − k · py); codes is a byte for each dot, colors[code] its colour
// and alphas[code] how far it covers, 0 to 256, 0 for not at all. With marks only those are drawn whose mark is as wanted.
export function paint(target, points, place, codes, colors, alphas, dot, marks = null, wanted = 0) {
  const { pixels, width, height } = target;
  const { k, x: ox, y: oy } = place;
  const { list, reach } = dot;
  const steps = list.length / 3;
  const offsets = new Int32Array(steps);
  for (let s = 0; s < steps; s++) offsets[s] = list[3 * s] + width * list[3 * s + 1];
  const covers = new Int32Array(256 * steps); // by code and step
  for (let c = 0; c < 256; c++) for (let s = 0; s < steps; s++) covers[c * steps + s] = (alphas[c] * list[3 * s + 2]) >> 8;
  let drawn = 0;
  for (let n = 0; n < codes.length; n++) {
    const code = codes[n];
    if (alphas[code] === 0 || (marks !== null && marks[n] !== wanted)) continue;
    const fx = ox + k * points[2 * n];
    const fy = oy - k * points[2 * n + 1];
    if (!(fx > -reach && fy > -reach && fx < width + reach && fy < height + reach)) continue;
    const x = Math.floor(fx);
    const y = Math.floor(fy);
    const rb = colors[code] & 0xff00ff;
    const g = colors[code] & 0xff00;
    const from = code * steps;
    const at = y * width + x;
    const edge = x < reach || y < reach || x >= width - reach || y >= height - reach;
    drawn++;
    for (let s = 0; s < steps; s++) {
      if (edge) {
        const px = x + list[3 * s];
        const py = y + list[3 * s + 1];
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
      }
      const i = at + offsets[s];
      const share = covers[from + s];
      const was = pixels[i];
      const rest = 256 - share;
      pixels[i] = 0xff000000 |
        (((Math.imul(was & 0xff00ff, rest) + Math.imul(rb, share)) >>> 8) & 0xff00ff) |
        (((Math.imul(was & 0xff00, rest) + Math.imul(g, share)) >>> 8) & 0xff00);
    }
  }
  return drawn;
}

// paintOver is paint in two goes: the dots of one code, which have nothing to tell, lie below all others.
export function paintOver(target, points, place, codes, colors, alphas, dot, below, marks = null, wanted = 0) {
  const first = new Uint16Array(256);
  first[below] = alphas[below];
  const second = Uint16Array.from(alphas);
  second[below] = 0;
  return [first, second].reduce((n, part) => n + (part.some(Boolean) ? paint(target, points, place, codes, colors, part, dot, marks, wanted) : 0), 0);
}

// dots says how large dots are and how far they cover, for so many in view on so many square pixels: as large as leaves room
// between them, and the less opaque the more lie on each other.
export function dots(visible, area) {
  const each = area / Math.max(1, visible); // square pixels
  const radius = Math.max(1.3, Math.min(5, 0.24 * Math.sqrt(each)));
  const crowd = (Math.PI * radius * radius * 5) / each; // images are not spread evenly: about a fifth of the plane is used
  return { radius, alpha: Math.round(256 * Math.max(0.4, Math.min(0.92, 1.25 / Math.sqrt(crowd)))) };
}

// shuffled is 0 … n − 1 in an order that is the same each time and has nothing to do with the rows, so that no folder lies on
// top of the others. What is drawn is kept in this order: to draw from all over the memory takes twice as long.
export function shuffled(n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let seed = 2463534242;
  for (let i = n - 1; i > 0; i--) {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    const j = (seed >>> 0) % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
