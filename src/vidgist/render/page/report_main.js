prepareSlider();
preparePlayer();
byId("app").hidden = false;
let best = 0;
stops.forEach((sample, stop) => {
  if (data.importance[sample] > data.importance[stops[best]]) best = stop;
});
change({ length: madeIndex, stop: best });
