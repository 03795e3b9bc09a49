// How files come into the composer (drop, paste) and how the tiles of the tray are dragged into order.

const holdsFiles = (event) => [...event.dataTransfer.types].includes("Files");

/** Take files that are dropped on `area` or pasted into it. */
export function acceptFiles(area, take) {
  for (const type of ["dragenter", "dragover"]) {
    area.addEventListener(type, (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      area.classList.add("dragover");
    });
  }
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove("dragover");
  });
  area.addEventListener("drop", (event) => {
    area.classList.remove("dragover");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  area.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
}

/** Drag tiles; `move(from, to)` is told. lit owns the order, so the tile goes back before the state changes. */
export async function sortTiles(tray, move) {
  let anchor;
  await import("../vendor/sortablejs/Sortable.min.js"); // a third of all the page's script, and most posts have one file
  window.Sortable.create(tray, {
    animation: 160,
    draggable: ".mt",
    ghostClass: "ghost",
    delay: 150,
    delayOnTouchOnly: true,
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 4,
    filter: "button",
    preventOnFilter: false,
    onStart: (event) => { anchor = event.item.nextSibling; },
    onEnd: (event) => {
      anchor.parentNode.insertBefore(event.item, anchor);
      move(event.oldDraggableIndex, event.newDraggableIndex);
    },
  });
}
