// The player: pieces and shots from summary.mp4 where it holds them, else from the source beside the page.
const video = byId("video");
const player = byId("player");
const media = data.media;
const clipFile = media.summary ? media.summary.slice(2) : "summary.mp4";
const made = data.lengths[madeIndex];
let playlist = null;
let sought = null; // where the page itself sought last
let poster = "";
let sourceFails = false;
let pending = null; // what is to be played once the player knows its file

// Where each piece lies in summary.mp4.
let clipLength = 0;
const inClip = made.pieces.map(({ start, end }) => {
  const offset = clipLength;
  clipLength += end - start;
  return { offset, start, end };
});
const bestMade = made.pieces.reduce((best, piece, i, all) => (piece.score > all[best].score ? i : best), 0);

// What to play for a piece or a shot; null if neither file has it.
function partOf({ start, end }, name) {
  const held = inClip[lastUpTo(made.starts, start + 1e-3)];
  if (media.summary && start >= held.start - 1e-3 && end <= held.end + 1e-3) {
    const from = held.offset + start - held.start;
    return { kind: "summary", from, to: from + end - start, name };
  }
  if (media.source && !sourceFails) {
    return { kind: "source", from: start + media.offset, to: end + media.offset, name };
  }
  return null;
}
const partOfPiece = (index) => partOf(current().pieces[index], `piece ${index + 1}`);
const partOfShot = (index) => partOf(shots[index], `shot ${index + 1}`);

function videoTime() {
  if (!video.dataset.kind) return null;
  if (video.dataset.kind === "source") return video.currentTime - media.offset;
  for (const part of inClip) {
    const into = video.currentTime - part.offset;
    if (into >= 0 && into < part.end - part.start) return part.start + into;
  }
  return null;
}

const say = (text) => {
  byId("status").textContent = text;
};

function begin() {
  if (!pending) return;
  // Slightly after the border, so that rounding does not show the last picture of the part before.
  sought = pending.from + 0.01;
  pending = null;
  video.currentTime = sought;
  video.play().catch((error) => {
    if (error.name === "NotAllowedError") say("Press play in the player.");
  });
}
video.addEventListener("loadedmetadata", begin);

function start(part) {
  video.removeAttribute("poster"); // lest it flashes up between two parts
  pending = part;
  if (video.dataset.kind === part.kind) {
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) begin();
  } else {
    video.dataset.kind = part.kind;
    video.src = media[part.kind];
    video.load();
  }
  const from = part.kind === "summary" ? clipFile : "the source video";
  say(`Playing ${part.name} from ${from}.`);
}

function playParts(parts) {
  if (!parts.length) return;
  playlist = { parts, at: 0 };
  float();
  start(parts[0]);
}

function playPart(part, name) {
  if (part) playParts([part]);
  else say(`${name} cannot be played from here: its video is not beside this page, or your browser cannot play it.`);
}
function playPiece(index) {
  if (state.piece !== index) choosePiece(index);
  playPart(partOfPiece(index), `Piece ${index + 1}`);
}
function playShot(index) {
  if (state.shot !== index) chooseShot(index);
  playPart(partOfShot(index), `Shot ${index + 1}`);
}
const playChosen = () => (state.piece >= 0 ? playPiece(state.piece) : playShot(state.shot));
const chosenPlayable = () => (state.piece >= 0 ? partOfPiece(state.piece) : partOfShot(state.shot)) !== null;

const selectionParts = () => current().pieces.map((_, i) => partOfPiece(i));
function playSelection() {
  if (current().made && media.summary) {
    playParts([{ kind: "summary", from: 0, to: Infinity, name: "the summary" }]);
    say("Playing the whole summary.");
  } else playParts(selectionParts().filter(Boolean));
}
const selectionPlayable = () => (current().made && media.summary ? true : selectionParts().every(Boolean));

function follow() {
  const time = videoTime();
  if (time !== state.playing) change({ playing: time });
  if (playlist && !video.paused) {
    const part = playlist.parts[playlist.at];
    if (!video.seeking && video.currentTime >= part.to - 0.02) {
      const next = playlist.parts[++playlist.at];
      if (next) start(next);
      else {
        playlist = null;
        video.pause();
        // A busy browser may stop late: go back to a picture of the part.
        if (video.currentTime > part.to + 0.05) video.currentTime = part.to - 0.02;
        say("");
      }
    }
  }
  if (!video.paused && !video.ended) requestAnimationFrame(follow);
}
video.addEventListener("play", () => requestAnimationFrame(follow));
video.addEventListener("pause", follow);
video.addEventListener("seeked", follow);
// Seeking with the player's own controls ends the playlist.
video.addEventListener("seeking", () => {
  if (sought === null || Math.abs(video.currentTime - sought) > 0.05) playlist = null;
});
video.addEventListener("error", () => {
  const kind = video.dataset.kind;
  if (!kind || !video.getAttribute("src")) return;
  playlist = pending = null;
  delete video.dataset.kind;
  video.removeAttribute("src");
  video.load();
  video.poster = poster;
  dock();
  if (kind === "source") {
    sourceFails = true;
    say(media.summary
      ? "The source video is not beside this page any more, or your browser cannot play it; pieces of the summary still play."
      : "The source video is not beside this page any more, or your browser cannot play it.");
  } else {
    media.summary = null;
    say(clipFile + " is not beside this page any more, or your browser cannot play it.");
  }
  change({ length: state.length, edit: state.edit });
});

// While the player is scrolled out of view, it plays in a corner.
let placeVisible = true;
function float() {
  const floating = !placeVisible;
  player.classList.toggle("floating", floating);
  byId("close").hidden = !floating;
}
function dock() {
  player.classList.remove("floating");
  byId("close").hidden = true;
}
new IntersectionObserver(([entry]) => {
  placeVisible = entry.intersectionRatio > 0.2;
  if (placeVisible) dock();
  else if (!video.paused) float();
}, { threshold: [0, 0.2, 0.5] }).observe(byId("frame"));
byId("close").addEventListener("click", () => {
  video.pause();
  playlist = null;
  dock();
});

function preparePlayer() {
  const large = data.poster.data;
  poster = large ? `data:${data.poster.kind};base64,${large}` : largePicture(stopNear(made.pieces[bestMade].key));
  video.poster = poster;
  if (!media.summary && !media.source) {
    video.controls = false;
    say("Neither summary.mp4 nor the source video is beside this page, so nothing can be played.");
  } else {
    video.dataset.kind = media.summary ? "summary" : "source";
    video.src = media.summary || media.source;
    say(media.summary ? "Press play for the summary, or choose a piece or a shot below." : "Choose a piece or a shot below to play it from the source video.");
  }
  const shape = clamp(media.width / media.height || 16 / 9, 0.56, 2.4);
  byId("frame").style.aspectRatio = String(shape < 1 ? 1 : shape);
  document.documentElement.style.setProperty("--shape", String(clamp(shape, 0.8, 2)));
}
byId("play-all").addEventListener("click", playSelection);
