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

const state = { length: madeIndex, stop: 0, shot: 0, view: [0, data.duration], playing: null };
const listeners = [];
const onChange = (listener) => listeners.push(listener);

function change(part) {
  Object.assign(state, part);
  for (const listener of listeners) listener(part);
}

// [first, stop) of the shots that are pieces of one that was cut to fit; null if none was cut.
const pieces = data.pieces;
const isPiece = (shot) => pieces !== null && shot >= pieces[0] && shot < pieces[1];
const piecesNamed = () => `shots ${pieces[0] + 1} to ${pieces[1]}`;

const shotAt = (seconds) => lastUpTo(starts, seconds + 1e-6);
const shotOfStop = (stop) => shotAt(stopTimes[stop]);
const current = () => data.lengths[state.length];
const selectedNow = () => new Set(current().shots);

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
const keyStop = (shot) => stopOfSample.get(shots[shot].key) ?? nearestStop(data.times[shots[shot].key]);

function pictureOf(stop) {
  const picture = data.pictures.data[stop];
  return picture ? `data:${data.pictures.kind};base64,${picture}` : "";
}

// The larger picture of a shot, if there is one and it shows exactly this sample.
function largePicture(stop) {
  const shot = shotOfStop(stop);
  const still = shots[shot].key === stops[stop] && data.stills.data[shot];
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
