// The small pictures of a map: asked for by row when something shows them, kept while they are likely to be shown again.

const most = 800; // pictures at hand
const atOnce = 120; // rows in one question

// album asks with ask(rows) for what it does not know; take(tiles) is the answer {row, src, …}; changed() tells that there is
// something new to draw.
export function album(ask, changed) {
  const tiles = new Map(); // row → tile
  const images = new Map(); // row → Image, the one used longest ago first
  let asked = new Set();
  let wanted = new Set();
  let timer = 0;

  function post() {
    timer = 0;
    const rows = [...wanted].slice(0, atOnce);
    rows.forEach((row) => (wanted.delete(row), asked.add(row)));
    if (rows.length) ask(rows);
    if (wanted.size) timer = setTimeout(post, 60);
  }
  function want(rows) {
    wanted = new Set(rows.filter((row) => !tiles.has(row) && !asked.has(row))); // what is out of sight again is not asked for
    if (wanted.size && !timer) timer = setTimeout(post, 60);
  }
  function load(row) {
    const known = images.get(row);
    if (known) {
      images.delete(row);
      images.set(row, known);
      return known;
    }
    const image = new Image();
    image.onload = changed;
    image.src = tiles.get(row).src;
    images.set(row, image);
    if (images.size > most) images.delete(images.keys().next().value);
    return image;
  }
  return {
    want,
    // of is the picture of a row if it has come.
    of(row) {
      if (!tiles.has(row)) return null;
      const image = load(row);
      return image.complete && image.naturalWidth > 0 ? image : null;
    },
    tile: (row) => tiles.get(row) ?? null,
    take(list) {
      list.forEach((tile) => (tiles.set(tile.row, tile), asked.delete(tile.row)));
      if (list.length) changed();
    },
    // stale forgets what is said of images, which may have changed, and keeps the pictures.
    stale() {
      tiles.clear();
      asked = new Set();
    },
    close: () => clearTimeout(timer),
  };
}
