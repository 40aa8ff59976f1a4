// Where the phone is, for check-in and check-out: asked once a page, written into each form that wants it. Nothing waits
// for it, and a form is sent once however often it is tapped.
const EARTH_RADIUS_M = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;

function distance(lat, lng, otherLat, otherLng) {
  const chord = Math.sin(radians(otherLat - lat) / 2) ** 2
    + Math.cos(radians(lat)) * Math.cos(radians(otherLat)) * Math.sin(radians(otherLng - lng) / 2) ** 2;
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord))));
}

const places = [...document.querySelectorAll("[data-position]")].map((place) => ({
  place, form: place.closest("form"), words: JSON.parse(place.dataset.words),
}));

function told({ coords }) {
  for (const { place, form, words } of places) {
    form.elements.lat.value = coords.latitude.toFixed(6);
    form.elements.lng.value = coords.longitude.toFixed(6);
    const { lat, lng, allowed } = place.dataset;
    let text = words.found.replace("{m}", Math.round(coords.accuracy));
    if (lat) {
      const metres = distance(coords.latitude, coords.longitude, Number(lat), Number(lng));
      const isFar = metres > Number(allowed);
      text = (isFar ? words.far : words.away).replace("{m}", metres.toLocaleString(document.documentElement.lang));
      place.classList.toggle("warn", isFar);
    }
    place.textContent = text;
    place.dataset.position = "found";
  }
}

function failed() {
  for (const { place, words } of places) {
    if (place.dataset.position === "found") continue;
    place.textContent = words.none;
    place.dataset.position = "none";
  }
}

if (places.length && navigator.geolocation && window.isSecureContext) {
  places.forEach(({ place, words }) => { place.textContent = words.asking; });
  const watched = navigator.geolocation.watchPosition(told, failed, { enableHighAccuracy: true, timeout: 20_000 });
  window.addEventListener("pagehide", () => navigator.geolocation.clearWatch(watched));
} else {
  failed();
}

document.querySelectorAll("form[data-once]").forEach((form) => {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("pageshow", () => { isSent = false; });
});
