// What pages with photos share: a picture made small before it is sent, and a question before one is removed.
const SIDE = 1600;

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// The picture at most SIDE long, as JPEG; the file as it is where the browser cannot read it: the server says why.
export async function prepared(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    if (scale === 1 && file.type === "image/jpeg") return { canvas, body: file };
    const body = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
    return { canvas, body: body ?? file };
  } catch {
    return { canvas: null, body: file };
  }
}
