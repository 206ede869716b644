// First of all the key leaves the address bar; only then is anything fetched, this page's own modules included.
function takeFragment() {
  const fragment = location.hash.slice(1);
  if (location.href.includes("#")) history.replaceState(null, "", location.pathname);
  return fragment;
}

const fragment = takeFragment();
try {
  const { start } = await import("./app.js");
  start(location.pathname, fragment);
  // Another link opened in the same tab: its key leaves the address as the first one's did.
  addEventListener("hashchange", () => start(location.pathname, takeFragment()));
} catch {
  document.body.dataset.state = "broken";
}
