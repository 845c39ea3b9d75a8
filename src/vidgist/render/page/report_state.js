// The state of the page, and its listeners.
const shots = data.shots;
const starts = shots.map((shot) => shot.start);
const stops = data.stops;
const stopTimes = stops.map((sample) => data.times[sample]);
const madeIndex = data.lengths.findIndex((length) => length.made);
const series = [
  { name: "importance", title: "Importance", about: data.about, values: data.importance, color: "--importance" },
  ...data.criteria.map((criterion, i) => ({ ...criterion, color: `--c${i % 6}` })),
];

const state = { length: madeIndex, stop: 0, shot: 0, piece: -1, view: [0, data.duration], playing: null, edit: null };
const listeners = [];
const onChange = (listener) => listeners.push(listener);

// Without a piece, the one around the moment: a short piece may hold no moment of its own.
function change(part) {
  Object.assign(state, "length" in part && !("edit" in part) ? { ...part, edit: null } : part);
  if (!("piece" in part) && ("stop" in part || "length" in part)) {
    const at = pieceAt(stopTimes[state.stop]);
    state.piece = at >= 0 && current().pieces[at].shot === state.shot ? at : -1;
  }
  for (const listener of listeners) listener(part);
}

const shotAt = (seconds) => lastUpTo(starts, seconds + 1e-6);
const shotOfStop = (stop) => shotAt(stopTimes[stop]);
const current = () => state.edit ?? data.lengths[state.length];
for (const length of data.lengths) length.starts = length.pieces.map((piece) => piece.start);

// Index of the piece that shows a moment, -1 if none does.
function pieceAt(seconds) {
  const { pieces, starts: firsts } = current();
  const index = lastUpTo(firsts, seconds + 1e-6);
  if (!pieces.length) return -1;
  return seconds + 1e-6 >= pieces[index].start && seconds < pieces[index].end ? index : -1;
}
const shownShots = () => new Set(current().pieces.map((piece) => piece.shot));

const why = (text, piece) => text.replace("{piece}", piece >= 0 ? `piece ${piece + 1}` : "another piece");
const whyShown = (piece) => why(data.reasons[piece.reason]?.shown ?? "Shown", -1);
// A rule of another package may give no reason.
const whyLeftOut = (shot) => why(data.reasons[current().refused[shot]]?.left_out ?? "Left out", current().repeated[shot]);

// Sample -> index of the stop nearest in time, in the same shot if there is one.
function nearestStop(seconds) {
  const before = lastUpTo(stopTimes, seconds);
  const after = Math.min(before + 1, stops.length - 1);
  const shot = shotAt(seconds);
  const distance = (stop) =>
    Math.abs(stopTimes[stop] - seconds) + (shotOfStop(stop) === shot ? 0 : 1e6);
  return distance(after) < distance(before) ? after : before;
}

const stopOfSample = new Map(stops.map((sample, stop) => [sample, stop]));
const stopNear = (sample) => stopOfSample.get(sample) ?? nearestStop(data.times[sample]);

function pictureOf(stop) {
  const picture = data.pictures.data[stop];
  return picture ? `data:${data.pictures.kind};base64,${picture}` : "";
}

// The larger picture of a keyframe, the small one of any other moment.
function largePicture(stop) {
  const still = data.stills.data[stops[stop]];
  return still ? `data:${data.stills.kind};base64,${still}` : pictureOf(stop);
}

function setPicture(image, url) {
  image.hidden = !url;
  if (url) image.src = url;
  else image.removeAttribute("src");
}

// Share of the video's samples with a smaller value; null where all values are the same.
for (const one of series) {
  one.sorted = Float64Array.from(one.values.filter((value) => value !== null)).sort();
  // Criteria have a scale of their own, 0 to 1; importance fills the height that it reaches.
  one.greatest = one === series[0] ? one.sorted[one.sorted.length - 1] || 1 : 1;
  one.constant = !one.sorted.length || one.sorted[0] === one.sorted[one.sorted.length - 1];
}
function rankOf(one, sample) {
  const value = one.values[sample];
  if (one.constant || value === null) return null;
  let low = 0;
  let high = one.sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (one.sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low / Math.max(1, one.sorted.length - 1);
}
const shown = (value) => (value === null ? "none" : value.toFixed(2));

// A color of the style sheet in the current mode: light, dark or forced.
// Read once a drawing: each read may make the browser compute all styles again.
const style = getComputedStyle(document.documentElement);
const colors = new Map();
function color(name) {
  if (!colors.has(name)) colors.set(name, style.getPropertyValue(name).trim());
  return colors.get(name);
}
