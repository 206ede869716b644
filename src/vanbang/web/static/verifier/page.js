// First of all the secret leaves the address bar; only then is anything fetched, this page's own modules included.
function takeFragment() {
  const fragment = location.hash.slice(1);
  if (location.href.includes("#")) history.replaceState(null, "", location.pathname);
  return fragment;
}

const fragment = takeFragment();
try {
  const { start } = await import("./app.js");
  start(fragment, takeFragment);
} catch {
  document.body.dataset.state = "broken";
}
