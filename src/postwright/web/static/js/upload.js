// Sends one file to /api/media and tells how far it is. XMLHttpRequest, because fetch() knows no upload progress.
import { csrf } from "./ui.js";

/** Addresses on the host name that the page was opened at: it may load pictures from there only. */
function here(stored) {
  const path = (address) => address && new URL(address).pathname;
  return { ...stored, url: path(stored.url), thumb_url: path(stored.thumb_url) };
}

/** A promise of what the server stored; it rejects with an Error whose message is for people. */
export function upload(file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.open("POST", "/api/media");
    request.responseType = "json";
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => onProgress(Math.min(99, Math.round((event.loaded / event.total) * 100)));
    request.onerror = () => reject(new Error("The connection was lost."));
    request.onload = () => {
      if (request.status < 300) resolve(here(request.response));
      else reject(new Error(request.response?.detail ?? request.response?.title ?? `The server answered ${request.status}.`));
    };
    request.send(body);
  });
}
