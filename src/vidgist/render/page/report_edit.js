// Changes by hand: pieces in and out, their ends pulled. What comes of it is a command, or a file.
const LEAST = Math.min(0.5, data.duration / 10); // seconds of the shortest piece
const BY_HAND = "by hand";
const history = [];

const exact = (seconds) => Number(seconds.toFixed(6));
const copyOf = (pieces) => pieces.map((piece) => ({ ...piece }));
const sameRange = (a, b) => Math.abs(a.start - b.start) < 1e-6 && Math.abs(a.end - b.end) < 1e-6;
const sameRanges = (a, b) => a.length === b.length && a.every((piece, i) => sameRange(piece, b[i]));
const proposal = data.lengths.find((length) => length.proposal) ?? made;

// Mean importance of the samples in a range; of the one before it if there is none.
function scoreOf(start, end) {
  const first = lastUpTo(data.times, start - 1e-6) + (data.times[0] < start - 1e-6 ? 1 : 0);
  const last = lastUpTo(data.times, end - 1e-6);
  const inside = data.importance.slice(first, last + 1);
  if (!inside.length) return data.importance[lastUpTo(data.times, start)];
  return inside.reduce((sum, value) => sum + value, 0) / inside.length;
}

function bestSample(start, end) {
  let best = lastUpTo(data.times, start);
  for (let i = best; i < data.times.length && data.times[i] < end - 1e-6; i++) {
    if (data.times[i] >= start - 1e-6 && data.importance[i] > data.importance[best]) best = i;
  }
  return best;
}

function shotOf(start, end) {
  const shared = shots.map((shot) => Math.min(shot.end, end) - Math.max(shot.start, start));
  return shared.indexOf(Math.max(...shared));
}

function pieceOf(start, end, reason = BY_HAND) {
  const range = { start: exact(start), end: exact(end) };
  return { ...range, shot: shotOf(start, end), score: scoreOf(start, end), key: bestSample(start, end), reason };
}

// Pieces that a hand made overlap or touch become one, as in the command.
function joined(pieces) {
  const result = [];
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const last = result[result.length - 1];
    const touched = last && (piece.reason === BY_HAND || last.reason === BY_HAND);
    if (!touched || piece.start > last.end) result.push(piece);
    else result[result.length - 1] = pieceOf(last.start, Math.max(last.end, piece.end));
  }
  return result;
}

// A selection like those of the lengths, so that all that shows one can show it.
function editOf(pieces) {
  const shown = new Set(pieces.map((piece) => piece.shot));
  const refused = made.refused.map((reason, shot) => (shown.has(shot) ? "" : reason || BY_HAND));
  const lasts = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  return {
    edited: true, made: false, pieces, refused, share: lasts / data.duration, budget: made.budget,
    starts: pieces.map((piece) => piece.start), repeated: made.repeated.map(() => -1),
  };
}

// Show pieces; those of a length that is there already are that length.
function showPiecesOf(pieces, chosen = -1) {
  const known = [madeIndex, data.lengths.indexOf(proposal)].find((i) => sameRanges(pieces, data.lengths[i].pieces));
  const next = known === undefined ? { edit: editOf(pieces) } : { edit: null, length: known };
  const length = { length: state.length, ...next };
  if (chosen >= 0 && pieces[chosen]) change({ ...length, stop: stopNear(pieces[chosen].key), shot: pieces[chosen].shot, piece: chosen });
  else change({ ...length, stop: state.stop });
}

function edit(pieces, near) {
  if (!pieces.length) {
    tell("A summary has at least one piece.");
    return;
  }
  history.push({ edit: state.edit, length: state.length, stop: state.stop, shot: state.shot, piece: state.piece });
  const next = joined(pieces);
  const at = near === undefined ? -1 : next.findIndex((piece) => near >= piece.start - 1e-6 && near < piece.end + 1e-6);
  showPiecesOf(next, at);
}

function undo() {
  const before = history.pop();
  if (!before) return;
  change(before);
  tell("Undone.");
}

function takeOut(index) {
  const pieces = copyOf(current().pieces);
  const [gone] = pieces.splice(index, 1);
  edit(pieces);
  if (pieces.length) tell(`Took out ${clock(gone.start)} to ${clock(gone.end)}.`);
}

// Up to five seconds around the best moment of a shot, or around the moment where it has a piece.
function putIn(seconds) {
  const shot = shots[shotAt(seconds)];
  const span = Math.min(5, shot.end - shot.start);
  const start = clamp(Math.round((seconds - span / 2) * 100) / 100, shot.start, shot.end - span);
  edit([...copyOf(current().pieces), pieceOf(start, start + span)], seconds);
  tell(`Put in ${clock(start)} to ${clock(start + span)}.`);
}

// The room of a piece: from the piece before it to the one after.
function roomOf(index, pieces = current().pieces) {
  return [pieces[index - 1]?.end ?? 0, pieces[index + 1]?.start ?? data.duration];
}
function pulled(index, side, to, pieces) {
  const seconds = Math.round(to * 100) / 100;
  const [low, high] = roomOf(index, pieces);
  const { start, end } = pieces[index];
  if (side === "start") return pieceOf(clamp(seconds, low, end - LEAST), end);
  return pieceOf(start, clamp(seconds, start + LEAST, high));
}
function pull(index, side, seconds) {
  const pieces = copyOf(current().pieces);
  pieces[index] = pulled(index, side, seconds, pieces);
  edit(pieces, (pieces[index].start + pieces[index].end) / 2);
}

// Where the pointer is over an end of a piece: its index and side.
function endAt(x, y, reach) {
  if (y < lanes.pieces.top || y > lanes.pieces.top + lanes.pieces.height) return null;
  let nearest = null;
  current().pieces.forEach((piece, index) => {
    for (const side of ["start", "end"]) {
      const far = Math.abs(toX(piece[side]) - x);
      if (far <= reach && (!nearest || far < nearest.far)) nearest = { index, side, far };
    }
  });
  return nearest;
}

let dragged = null;
const yOf = (event) => event.clientY - timeline.getBoundingClientRect().top;
const reachOf = (event) => (event.pointerType === "mouse" ? 6 : 14);
timeline.addEventListener("pointerdown", (event) => {
  const found = event.button === 0 && endAt(xOf(event), yOf(event), reachOf(event));
  if (!found) return;
  dragged = { ...found, before: { edit: state.edit, length: state.length, stop: state.stop, shot: state.shot, piece: state.piece }, pieces: copyOf(current().pieces), moved: false };
  timeline.setPointerCapture(event.pointerId);
  event.stopImmediatePropagation();
  event.preventDefault();
}, { capture: true });
timeline.addEventListener("pointermove", (event) => {
  if (!dragged) {
    timeline.classList.toggle("pull", Boolean(endAt(xOf(event), yOf(event), reachOf(event))));
    return;
  }
  event.stopImmediatePropagation();
  const pieces = copyOf(dragged.pieces);
  pieces[dragged.index] = pulled(dragged.index, dragged.side, toSeconds(xOf(event)), dragged.pieces);
  dragged.moved = true;
  showPiecesOf(pieces, dragged.index);
}, { capture: true });
function drop(event) {
  if (!dragged) return;
  const { before, moved } = dragged;
  dragged = null;
  event.stopImmediatePropagation();
  if (!moved) return;
  history.push(before);
  const pieces = joined(copyOf(current().pieces));
  showPiecesOf(pieces, state.piece);
  swallow = true;
}
let swallow = false; // the click that ends a pull
timeline.addEventListener("pointerup", drop, { capture: true });
timeline.addEventListener("pointercancel", drop, { capture: true });
timeline.addEventListener("click", (event) => {
  if (swallow) event.stopImmediatePropagation();
  swallow = false;
}, { capture: true });

// Keys on the timeline, beside those that move about.
function editKey(event) {
  const seconds = stopTimes[state.stop];
  const piece = current().pieces[state.piece];
  const key = event.key.toLowerCase();
  const step = (event.shiftKey ? 1 : 0.1) * { "[": -1, "{": -1, "]": 1, "}": 1 }[event.key];
  if (key === "z" && (event.ctrlKey || event.metaKey)) undo();
  else if (event.ctrlKey || event.metaKey) return false;
  else if (event.key === "Delete" || event.key === "Backspace") piece ? takeOut(state.piece) : tell("No piece is chosen.");
  else if (key === "a" && !event.altKey) piece ? tell("This moment is in the summary.") : putIn(seconds);
  else if (step && piece) {
    const side = event.altKey ? "start" : "end";
    pull(state.piece, side, piece[side] + step);
  } else return false;
  return true;
}
timeline.addEventListener("keydown", (event) => {
  if (!editKey(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// The command that makes what is shown, from what the folder holds.
const inShell = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
// The folder of this page, as a command names it; the page itself is the same in any folder.
function folder() {
  try {
    const path = decodeURIComponent(location.pathname).replace(/\/[^/]*$/, "");
    if (location.protocol !== "file:") return path.slice(path.lastIndexOf("/") + 1) || ".";
    return path.replace(/^\/(?=[A-Za-z]:)/, "") || "/";
  } catch {
    return "."; // a name that is not UTF-8
  }
}
// Where the video lies: a file that is saved elsewhere tells it, too.
function sourcePath() {
  if (!media.source || location.protocol !== "file:") return data.document.video.path;
  try {
    const path = decodeURIComponent(new URL(media.source, location.href).pathname);
    return path.replace(/^\/(?=[A-Za-z]:)/, "");
  } catch {
    return data.document.video.path;
  }
}
function command() {
  const shown = current().pieces;
  const dropped = made.pieces.flatMap((piece, i) => (shown.some((one) => sameRange(one, piece)) ? [] : [i + 1]));
  const added = shown.filter((piece) => !made.pieces.some((one) => sameRange(one, piece)));
  const words = ["vidgist", "recut", inShell(folder().startsWith("-") ? `./${folder()}` : folder())];
  if (current() === proposal && proposal !== made) words.push("--proposal");
  else {
    if (dropped.length) words.push("--drop", dropped.join(","));
    for (const { start, end } of added) words.push("--add", `${start}-${end}`);
  }
  return words.join(" ");
}

// The summary.json of what is shown, for `vidgist recut FILE`.
function edited() {
  const entries = (pieces) => pieces.map(({ start, end, shot, score, key, reason }) => ({
    start, end, shot, score, keyframe: clamp(data.times[key], start, end), reason,
  }));
  const { pieces, refused, budget } = current();
  const lasts = lasting(current());
  const shown = new Set(pieces.map((piece) => piece.shot));
  const changed = !sameRanges(pieces, proposal.pieces);
  return {
    vidgist: data.version, schema: 2, ...data.document,
    video: { ...data.document.video, path: sourcePath() },
    samples: {
      time: data.times,
      ...Object.fromEntries(data.criteria.map((one) => [one.name, one.values])),
      importance: data.importance,
    },
    shots: shots.map(({ start, end, score, key }, i) => ({
      start, end, score, selected: shown.has(i), keyframe: clamp(data.times[key], start, end), refused: refused[i] || null,
    })),
    pieces: entries(pieces),
    ...(changed ? { proposal: entries(proposal.pieces) } : {}),
    summary: { duration: lasts, budget: Math.max(budget, lasts), ratio: lasts / data.duration },
  };
}

function download() {
  const text = `${JSON.stringify(edited(), null, 1)}\n`;
  const link = make("a", "");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "summary-edited.json";
  link.click();
  tell("Saved as summary-edited.json. The command vidgist recut summary-edited.json makes it.");
}

async function copyCommand() {
  try {
    await navigator.clipboard.writeText(command());
    tell("Copied.");
  } catch {
    // Without the permission: choose it, so that one key copies it.
    getSelection().selectAllChildren(byId("command"));
    tell("Your browser does not let this page copy; the command is marked: press Ctrl+C.");
  }
}

const tell = (text) => {
  byId("edit-status").textContent = text;
};

function showEdit() {
  const { pieces } = current();
  const piece = pieces[state.piece];
  const changed = !sameRanges(pieces, made.pieces);
  const lasts = lasting(current());
  byId("edit-lasts").textContent = `${count(pieces.length, "piece")}, ${brief(lasts)} of at most ${brief(made.budget)}`;
  byId("edit-lasts").classList.toggle("over", lasts > made.budget + 1e-6);
  const [low, high] = piece ? roomOf(state.piece) : [0, data.duration];
  for (const [side, least, most] of [["start", low, piece?.end - LEAST], ["end", piece?.start + LEAST, high]]) {
    const input = byId(`edit-${side}`);
    input.disabled = !piece;
    input.min = piece ? String(Number(least.toFixed(3))) : "";
    input.max = piece ? String(Number(most.toFixed(3))) : "";
    input.value = piece ? String(Number(piece[side].toFixed(3))) : "";
  }
  byId("edit-which").textContent = piece ? `Piece ${state.piece + 1}` : `${clock(stopTimes[state.stop])}, not in the summary`;
  byId("edit-toggle").textContent = piece ? `Take piece ${state.piece + 1} out` : "Put this moment in";
  byId("edit-undo").disabled = !history.length;
  byId("edit-proposal").disabled = sameRanges(pieces, proposal.pieces);
  byId("command").textContent = changed ? command() : "";
  byId("edit-out").hidden = !changed;
}

byId("edit-toggle").addEventListener("click", () => (current().pieces[state.piece] ? takeOut(state.piece) : putIn(stopTimes[state.stop])));
byId("edit-undo").addEventListener("click", undo);
byId("edit-proposal").addEventListener("click", () => {
  edit(copyOf(proposal.pieces));
  tell("This is what was proposed.");
});
for (const side of ["start", "end"]) {
  byId(`edit-${side}`).addEventListener("change", (event) => {
    const seconds = Number(event.target.value);
    if (event.target.value !== "" && Number.isFinite(seconds) && current().pieces[state.piece]) pull(state.piece, side, seconds);
    else showEdit();
  });
}
byId("edit-play").addEventListener("click", () => playSelection());
byId("edit-copy").addEventListener("click", copyCommand);
byId("edit-download").addEventListener("click", download);
onChange((part) => {
  if ("stop" in part || "length" in part) showEdit();
});
