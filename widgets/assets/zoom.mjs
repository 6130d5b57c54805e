// Zoom and pan of one picture, pure. A place is {scale, x, y}: CSS pixels for one pixel of the picture, and where its
// upper left corner is in the box. size and box are {w, h}.

export const most = 32; // CSS pixels for one pixel

// fitted shows the whole picture, in the middle; a small one is enlarged, at most 8 times.
export function fitted(size, box) {
  const scale = Math.min(box.w / size.w, box.h / size.h, 8);
  return { scale, x: (box.w - size.w * scale) / 2, y: (box.h - size.h * scale) / 2 };
}

// held keeps a place where there is something to see: a picture smaller than the box stays in its middle, a larger one
// covers it.
export function held(place, size, box) {
  const along = (at, length, room) => (length <= room ? (room - length) / 2 : Math.max(room - length, Math.min(0, at)));
  return { ...place, x: along(place.x, size.w * place.scale, box.w), y: along(place.y, size.h * place.scale, box.h) };
}

// zoomed changes the scale and keeps the point of the picture that is under point ({x, y} in the box).
export function zoomed(place, scale, point, size, box) {
  const least = Math.min(fitted(size, box).scale, 1);
  const to = Math.max(least, Math.min(most, scale));
  const by = to / place.scale;
  return held({ scale: to, x: point.x - (point.x - place.x) * by, y: point.y - (point.y - place.y) * by }, size, box);
}

// panned moves the picture.
export const panned = (place, dx, dy, size, box) => held({ ...place, x: place.x + dx, y: place.y + dy }, size, box);

// scaleText says how large the picture is, in pixels of the screen.
export const scaleText = (place, density) => `${Math.round(100 * place.scale * density)}%`;
