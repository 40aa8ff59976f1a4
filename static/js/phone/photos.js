// Photos of a visit: shown at once, made small on the phone where it can, sent with a bar, tried again by a tap. Without
// this script the form sends one file.
import { prepared } from "./shrink.js";

const form = document.querySelector("[data-photo-form]");
const shelf = document.querySelector("[data-photos]");
const count = document.querySelector("[data-photo-count]");

function send(body, name, onProgress) {
  return new Promise((resolve, reject) => {
    const data = new FormData();
    data.append("id", form.elements.id.value);
    data.append("photo", body, name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "json";
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf-token]").content);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.round((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request.response);
      else reject(new Error(request.response?.message ?? ""));
    });
    request.addEventListener("error", () => reject(new Error("")));
    request.send(data);
  });
}

function recount() {
  const photos = shelf.querySelectorAll("figure:not([data-failed])").length;
  count.textContent = photos;
  form.hidden = photos >= Number(form.dataset.max);
}

function finished(figure, { id, url, small_url: small }, words) {
  const number = [...shelf.children].indexOf(figure) + 1;
  const link = document.createElement("a");
  const image = new Image(160, 160);
  image.src = small;
  image.alt = words.alt.replace("{n}", number);
  link.href = url;
  link.append(image);
  const remover = form.querySelector("[data-remover]").content.cloneNode(true);
  const button = remover.querySelector("button");
  button.value = id;
  button.setAttribute("aria-label", words.remove.replace("{n}", number));
  figure.replaceChildren(link, remover);
}

async function add(file) {
  const words = JSON.parse(form.dataset.words);
  const figure = document.createElement("figure");
  const state = document.createElement("figcaption");
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", file.name);
  state.setAttribute("role", "status");
  figure.append(state);
  shelf.append(figure);
  const { canvas, body } = await prepared(file);
  if (canvas) figure.prepend(canvas);

  async function attempt() {
    delete figure.dataset.failed;
    state.replaceChildren(bar);
    bar.removeAttribute("value");
    recount();
    try {
      finished(figure, await send(body, file.name, (percent) => { bar.value = percent; }), words);
    } catch (error) {
      figure.dataset.failed = "";
      const again = document.createElement("button");
      again.type = "button";
      again.className = "button";
      again.textContent = words.again;
      again.addEventListener("click", attempt);
      state.replaceChildren(error.message || words.failed, again);
    }
    recount();
  }
  await attempt();
}

if (form) {
  const field = form.elements.photo;
  form.querySelector("[data-send]").hidden = true;
  field.addEventListener("change", () => {
    [...field.files].forEach(add);
    field.value = "";
  });
}
