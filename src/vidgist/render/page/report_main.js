prepareSlider();
preparePlayer();
byId("app").hidden = false;
// It begins at the best piece of the summary.
const bestPiece = made.pieces[bestMade];
change({ length: madeIndex, stop: stopNear(bestPiece.key), shot: bestPiece.shot, piece: bestMade });
