// What a person chose of the look, kept in the browser for all grids of this address. Nothing depends on it.

const name = "patchwork-grid";

// remembered is {size, why, contrast} as it was kept, or {}.
export function remembered() {
  try {
    const kept = JSON.parse(globalThis.localStorage?.getItem(name) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {}; // refused, or not ours
  }
}

// remember keeps some of it.
export function remember(part) {
  try {
    globalThis.localStorage?.setItem(name, JSON.stringify({ ...remembered(), ...part }));
  } catch {
    // refused or full: then it lasts as long as the page
  }
}
