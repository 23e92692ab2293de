// Makes pages that already work a little nicer. Nothing may depend on this file.
import { Button, CharacterCount, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, Radios, SkipLink, Tabs,
  createAll } from "govuk-frontend";

const quietly = () => {}; // a component that cannot start leaves the plain page, which works
for (const Component of [Button, CharacterCount, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, Radios,
  SkipLink, Tabs]) {
  createAll(Component, undefined, { onError: quietly });
}

// <div data-refresh-seconds="5" id="delivery">: fetches this same page now and then and puts in the region with the
// same id. The server ends it by leaving the attribute out. A region somebody is using keyboard focus in is left
// alone, and a hidden tab asks for nothing.
function keepFresh(region) {
  const seconds = Number(region.dataset.refreshSeconds);
  if (!(seconds >= 1)) return;
  setTimeout(async () => {
    const current = document.getElementById(region.id);
    if (!current) return;
    if (document.hidden || current.contains(document.activeElement)) return keepFresh(current);
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(region.id);
      if (!answer.ok || !fresh) return keepFresh(current);
      if (fresh.innerHTML !== current.innerHTML) current.replaceChildren(...fresh.childNodes);
      if (fresh.dataset.refreshSeconds) current.dataset.refreshSeconds = fresh.dataset.refreshSeconds;
      else delete current.dataset.refreshSeconds;
      keepFresh(current);
    } catch {
      keepFresh(current); // the network is away for a moment
    }
  }, seconds * 1000);
}
document.querySelectorAll("[data-refresh-seconds][id]").forEach(keepFresh);

// <div data-shown-for="rhythm" data-values="weekly monthly">: hidden unless one of these is chosen under that name in
// its form. Whoever has no scripts sees it always, with words that say whom it is for.
document.querySelectorAll("[data-shown-for]").forEach((part) => {
  const form = part.closest("form");
  const show = () => {
    part.hidden = !part.dataset.values.split(" ").includes(form.elements[part.dataset.shownFor].value);
  };
  form.addEventListener("change", show);
  addEventListener("pageshow", show); // the back button brings back what was chosen
});

// One press is enough: the second within three seconds is ignored on every form that sends something.
document.querySelectorAll('form[method="post"]').forEach((form) => {
  let last = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - last < 3000) event.preventDefault();
    else last = event.timeStamp;
  });
});

// What has just happened is told above the heading of the next page. Screen readers read a live region when it changes,
// and not what stands in it when the page comes: so it takes the focus, as an error summary does.
const happened = document.querySelector(".govuk-error-summary") ? null : document.querySelector("[data-just-happened]");
if (happened && !location.hash) {
  happened.tabIndex = -1;
  happened.focus({ preventScroll: true });
  happened.addEventListener("blur", () => happened.removeAttribute("tabindex"), { once: true });
}
