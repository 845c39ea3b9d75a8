prepareSlider();
preparePlayer();
byId("app").hidden = false;
// It begins at the best shot of the summary.
change({ length: madeIndex, stop: keyStop(bestMade), shot: bestMade });
