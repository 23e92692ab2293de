// Turns <input list="…"> with its <datalist> into an accessible combobox. Any text may still be typed: the list
// suggests, the server decides. Loaded only by pages that have such a field.
import accessibleAutocomplete from "accessible-autocomplete";

const most = 8;

// Letters without accents or case, so that "ynys mon" finds "Ynys Môn".
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Every typed word must begin a word of the name; names that start with what was typed come first.
function matches(names, query) {
  const wanted = plain(query).split(/\s+/).filter(Boolean);
  const found = names.filter((name) => {
    const words = plain(name).split(/[^\p{L}\p{N}]+/u);
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  });
  const rank = (name) => (plain(name).startsWith(plain(query)) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).slice(0, most);
}

// Browsers bring back what was typed when somebody goes back or reloads, but not into a field that has no completion of
// theirs, as a combobox must have none. So it is kept with the page's place in the history.
function keep(id, value) {
  history.replaceState({ ...history.state, typed: { ...history.state?.typed, [id]: value } }, "");
}

function enhance(input) {
  const names = [...(input.list?.options ?? [])].map((option) => option.value);
  if (!names.length) return;
  const notes = (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent.trim()).filter(Boolean);
  const place = document.createElement("div");
  input.replaceWith(place);
  accessibleAutocomplete({
    element: place,
    id: input.id,
    name: input.name,
    defaultValue: history.state?.typed?.[input.id] ?? input.value,
    required: input.required,
    inputClasses: input.className,
    confirmOnBlur: false,
    showNoOptionsFound: false,
    source: (query, populate) => populate(matches(names, query)),
    tAssistiveHint: () => [...notes, "Suggestions appear as you type. You may type a name that is not listed."].join(" "),
  });
  const kept = () => keep(input.id, document.getElementById(input.id).value);
  place.addEventListener("focusout", kept);
  place.closest("form")?.addEventListener("submit", kept);
}
document.querySelectorAll("input[list]").forEach(enhance);
