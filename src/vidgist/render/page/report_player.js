// The player: shots from summary.mp4 where it holds them, else from the source beside the page.
const video = byId("video");
const player = byId("player");
const media = data.media;
const made = data.lengths[madeIndex];
let playlist = null;
let sought = null; // where the page itself sought last
let poster = "";
let sourceFails = false;
let pending = null; // what is to be played once the player knows its file

// Where each selected shot lies in summary.mp4.
const inClip = new Map();
const bestMade = made.shots.reduce((a, b) => (shots[b].score > shots[a].score ? b : a));
let clipLength = 0;
made.shots.forEach((shot, i) => {
  const [start, end] = made.segments[i];
  inClip.set(shot, { offset: clipLength, start, end });
  clipLength += end - start;
});

function pieceOf(shot, segment) {
  const part = inClip.get(shot);
  const [start, end] = segment || [shots[shot].start, shots[shot].end];
  if (media.summary && part && start >= part.start - 1e-3 && end <= part.end + 1e-3) {
    const from = part.offset + start - part.start;
    return { kind: "summary", from, to: from + end - start, shot };
  }
  if (media.source && !sourceFails) {
    return { kind: "source", from: start + media.offset, to: end + media.offset, shot };
  }
  return null;
}
const playable = (shot) => pieceOf(shot) !== null;

function videoTime() {
  if (!video.dataset.kind) return null;
  if (video.dataset.kind === "source") return video.currentTime - media.offset;
  for (const part of inClip.values()) {
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
  // Slightly after the border, so that rounding does not show the last picture of the shot before.
  sought = pending.from + 0.01;
  pending = null;
  video.currentTime = sought;
  video.play().catch((error) => {
    if (error.name === "NotAllowedError") say("Press play in the player.");
  });
}
video.addEventListener("loadedmetadata", begin);

function start(piece) {
  video.removeAttribute("poster"); // lest it flashes up between two shots
  pending = piece;
  if (video.dataset.kind === piece.kind) {
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) begin();
  } else {
    video.dataset.kind = piece.kind;
    video.src = media[piece.kind];
    video.load();
  }
  const from = piece.kind === "summary" ? "summary.mp4" : "the source video";
  say(`Playing shot ${piece.shot + 1} from ${from}.`);
}

function playPieces(pieces) {
  if (!pieces.length) return;
  playlist = { pieces, at: 0 };
  float();
  start(pieces[0]);
}

function playShot(shot) {
  const piece = pieceOf(shot);
  if (state.shot !== shot) chooseShot(shot);
  if (piece) playPieces([piece]);
  else say(`Shot ${shot + 1} cannot be played from here: its video is not beside this page, or your browser cannot play it.`);
}

function playSelection() {
  const length = current();
  if (length.made && media.summary) {
    playPieces([{ kind: "summary", from: 0, to: Infinity, shot: made.shots[0] }]);
    say("Playing the whole summary.");
  } else {
    playPieces(length.shots.map((shot, i) => pieceOf(shot, length.segments[i])).filter(Boolean));
  }
}
const selectionPlayable = () => {
  const length = current();
  return length.made && media.summary ? true : length.shots.every((shot, i) => pieceOf(shot, length.segments[i]));
};

function follow() {
  const time = videoTime();
  if (time !== state.playing) change({ playing: time });
  if (playlist && !video.paused) {
    const piece = playlist.pieces[playlist.at];
    if (!video.seeking && video.currentTime >= piece.to - 0.02) {
      const next = playlist.pieces[++playlist.at];
      if (next) start(next);
      else {
        playlist = null;
        video.pause();
        // A busy browser may stop late: go back to a picture of the shot.
        if (video.currentTime > piece.to + 0.05) video.currentTime = piece.to - 0.02;
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
      ? "The source video is not beside this page any more, or your browser cannot play it; shots of the summary still play."
      : "The source video is not beside this page any more, or your browser cannot play it.");
  } else {
    media.summary = null;
    say("summary.mp4 is not beside this page any more, or your browser cannot play it.");
  }
  change({ length: state.length });
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
  poster = large ? `data:${data.poster.kind};base64,${large}` : largePicture(keyStop(bestMade));
  video.poster = poster;
  if (!media.summary && !media.source) {
    video.controls = false;
    say("Neither summary.mp4 nor the source video is beside this page, so nothing can be played.");
  } else {
    video.dataset.kind = media.summary ? "summary" : "source";
    video.src = media.summary || media.source;
    say(media.summary ? "Press play for the summary, or choose a shot below." : "Choose a shot below to play it from the source video.");
  }
  const shape = clamp(media.width / media.height || 16 / 9, 0.56, 2.4);
  byId("frame").style.aspectRatio = String(shape < 1 ? 1 : shape);
  document.documentElement.style.setProperty("--shape", String(clamp(shape, 0.8, 2)));
}
byId("play-all").addEventListener("click", playSelection);
