// The timeline on a canvas: curves, pieces, shots and marks.
const timeline = byId("timeline");
const canvas = byId("canvas");
const overview = byId("overview");
const FILM = data.pictures.data.length ? 46 : 0;
const LANE = { gap: 10, importance: 104, criterion: 46, pieces: 24, shots: 20, axis: 22 };
const lanes = layOut();
let hover = null;

function layOut() {
  let top = FILM ? FILM + LANE.gap : 4;
  const placed = series.map((one, i) => {
    const lane = { top, height: i ? LANE.criterion : LANE.importance };
    top += lane.height + LANE.gap;
    return lane;
  });
  for (const name of ["pieces", "shots", "axis"]) {
    placed[name] = { top, height: LANE[name] };
    top += LANE[name];
  }
  placed.height = top;
  return placed;
}

// Cached: reading it makes the browser compute the layout again.
let wide = timeline.clientWidth;
const width = () => wide;
const toX = (seconds) => ((seconds - state.view[0]) / (state.view[1] - state.view[0])) * width();
const toSeconds = (x) => state.view[0] + (x / width()) * (state.view[1] - state.view[0]);

function prepare(target, height) {
  const ratio = window.devicePixelRatio || 1;
  target.width = Math.round(width() * ratio);
  target.height = Math.round(height * ratio);
  target.style.height = `${height}px`;
  const context = target.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width(), height);
  return context;
}

// At most one point per pixel: the greatest of the samples in it.
function points(values) {
  const first = Math.max(0, lastUpTo(data.times, state.view[0]) - 1);
  const last = Math.min(data.times.length - 1, lastUpTo(data.times, state.view[1]) + 1);
  const found = [];
  for (let i = first; i <= last; i++) {
    const value = values[i];
    if (value === null) continue;
    const x = toX(data.times[i]);
    const previous = found[found.length - 1];
    if (previous && Math.floor(previous[0]) === Math.floor(x)) previous[1] = Math.max(previous[1], value);
    else found.push([x, value]);
  }
  // A score holds until the next sample, the last one until the end.
  const end = values[data.times.length - 1];
  if (last === data.times.length - 1 && end !== null) found.push([toX(data.duration), end]);
  return found;
}

const heightOf = (one, value, lane) => lane.top + lane.height - 1 - (value / one.greatest) * (lane.height - 4);

function drawCurve(context, one, lane, filled) {
  const toY = (value) => heightOf(one, value, lane);
  const line = points(one.values);
  context.strokeStyle = color("--line");
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, lane.top + lane.height - 0.5);
  context.lineTo(width(), lane.top + lane.height - 0.5);
  context.stroke();
  if (!line.length) return;
  context.strokeStyle = color(one.color);
  context.lineWidth = filled ? 2 : 1.5;
  context.lineJoin = "round";
  context.beginPath();
  line.forEach(([x, value], i) => (i ? context.lineTo(x, toY(value)) : context.moveTo(x, toY(value))));
  context.stroke();
  context.lineTo(line[line.length - 1][0], lane.top + lane.height);
  context.lineTo(line[0][0], lane.top + lane.height);
  context.closePath();
  context.globalAlpha = filled ? 0.16 : 0.09;
  context.fillStyle = color(one.color);
  context.fill();
  context.globalAlpha = 1;
}

// Numbered bars in a lane, for pieces or shots.
function drawBars(context, parts, { top, height }, { fill, edge, ink }) {
  context.font = "600 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  parts.forEach(({ start, end }, i) => {
    if (end < state.view[0] || start > state.view[1]) return;
    const left = toX(start);
    const right = toX(end);
    const across = Math.max(right - left - (right - left > 4 ? 1.5 : 0), 0.75);
    context.fillStyle = color(fill);
    context.beginPath();
    context.roundRect(left, top + 1, across, height - 2, Math.min(4, across / 2));
    context.fill();
    if (edge && across > 3) {
      context.strokeStyle = color(edge);
      context.stroke();
    }
    const label = String(i + 1);
    if (across > 14 && across > context.measureText(label).width + 8) {
      context.fillStyle = color(ink);
      context.fillText(label, left + across / 2, top + height / 2 + 0.5);
    }
  });
}

function drawAxis(context) {
  const span = state.view[1] - state.view[0];
  const wanted = (span / width()) * 84;
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
  const step = steps.find((one) => one >= wanted) || 28800;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.fillStyle = color("--quiet");
  for (let n = Math.ceil(state.view[0] / step); n * step <= state.view[1]; n++) {
    const x = toX(n * step);
    const label = clock(n * step, step < 0.1 ? 2 : step < 1 ? 1 : 0);
    const half = context.measureText(label).width / 2;
    context.textAlign = "center";
    context.fillText(label, clamp(x, half, width() - half), lanes.axis.top + 13);
  }
}

// A strip of pictures along the top: in each cell the picture at its middle.
const film = new Map();
function drawFilm(context) {
  if (!FILM) return;
  const shape = data.media.width / data.media.height || 16 / 9;
  const cell = clamp(FILM * shape, 34, 120);
  const cells = Math.max(1, Math.round(width() / cell));
  const across = width() / cells;
  for (let i = 0; i < cells; i++) {
    const stop = nearestStop(toSeconds((i + 0.5) * across));
    let image = film.get(stop);
    if (!image) {
      image = new Image();
      image.onload = schedule;
      image.src = pictureOf(stop);
      film.set(stop, image);
      if (film.size > 400) film.delete(film.keys().next().value);
    }
    if (!image.complete || !image.naturalWidth) continue;
    const scale = Math.max((across - 1) / image.naturalWidth, FILM / image.naturalHeight);
    const cut = { w: (across - 1) / scale, h: FILM / scale };
    const x = (image.naturalWidth - cut.w) / 2;
    const y = (image.naturalHeight - cut.h) / 2;
    context.drawImage(image, x, y, cut.w, cut.h, i * across, 0, across - 1, FILM);
  }
}

function vertical(context, seconds, paint, lineWidth, dash = []) {
  const x = toX(seconds);
  if (x < -2 || x > width() + 2) return;
  context.strokeStyle = paint;
  context.lineWidth = lineWidth;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(x, FILM);
  context.lineTo(x, lanes.pieces.top); // not through the numbers
  context.stroke();
  context.setLineDash([]);
}

function drawMarks(context) {
  const chosen = stopTimes[state.stop];
  const base = lanes[0].top + lanes[0].height;
  context.fillStyle = color("--quiet");
  for (const stop of data.neighbors.stops[state.stop] || []) {
    const x = toX(stopTimes[stop]);
    context.beginPath();
    context.moveTo(x, base - 7);
    context.lineTo(x - 4, base + 1);
    context.lineTo(x + 4, base + 1);
    context.fill();
  }
  if (hover !== null) vertical(context, hover, color("--quiet"), 1, [3, 3]);
  if (state.playing !== null) vertical(context, state.playing, color("--play"), 2);
  vertical(context, chosen, color("--ink"), 1.5);
  const x = toX(chosen);
  const sample = stops[state.stop];
  context.lineWidth = 2;
  series.forEach((one, i) => {
    if (one.values[sample] === null) return;
    const y = heightOf(one, one.values[sample], lanes[i]);
    context.beginPath();
    context.arc(x, y, 4, 0, 2 * Math.PI);
    context.fillStyle = color("--card");
    context.fill();
    context.strokeStyle = color(one.color);
    context.stroke();
  });
}

function draw() {
  if (!wide) return; // not laid out yet
  colors.clear();
  const context = prepare(canvas, lanes.height);
  context.fillStyle = color("--accent");
  context.globalAlpha = 0.1;
  for (const { start, end } of current().pieces) {
    if (end < state.view[0] || start > state.view[1]) continue;
    context.fillRect(toX(start), FILM, Math.max(toX(end) - toX(start), 1), lanes.pieces.top - FILM);
  }
  context.globalAlpha = 1;
  drawFilm(context);
  series.forEach((one, i) => drawCurve(context, one, lanes[i], i === 0));
  drawBars(context, current().pieces, lanes.pieces, { fill: "--accent", ink: "--accent-ink" });
  drawBars(context, shots, lanes.shots, { fill: "--sunk", edge: "--line", ink: "--quiet" });
  drawAxis(context);
  drawMarks(context);
  drawOverview();
}

function drawOverview() {
  const zoomed = state.view[1] - state.view[0] < data.duration * 0.999;
  overview.hidden = !zoomed;
  if (!zoomed) return;
  const context = prepare(overview, 18);
  const scale = width() / data.duration;
  context.fillStyle = color("--sunk");
  context.fillRect(0, 4, width(), 10);
  context.fillStyle = color("--accent");
  for (const { start, end } of current().pieces) {
    context.fillRect(start * scale, 4, Math.max((end - start) * scale, 0.75), 10);
  }
  context.strokeStyle = color("--ink");
  context.lineWidth = 2;
  context.strokeRect(state.view[0] * scale + 1, 1, Math.max((state.view[1] - state.view[0]) * scale - 2, 4), 16);
}

let waiting = false;
function schedule() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw();
  });
}
