// First of all the secret leaves the address bar; only then is anything fetched, this page's own modules included.
function takeFragment() {
  const fragment = location.hash.slice(1);
  if (location.href.includes("#")) history.replaceState(null, "", location.pathname);
  return fragment;
}

const fragment = takeFragment();
const whole = new Promise((resolve) => {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", resolve);
  else resolve();
});
try {
  // All modules at once: the links are inert inside the template until here.
  document.head.append(document.getElementById("modules")?.content ?? "");
  const parts = [import("./early.js"), import("./app.js")];
  parts[1].catch(() => {}); // its failure is told by the wait for it
  const { begin } = await parts[0];
  begin(location.pathname, fragment);
  const { start } = await parts[1];
  await whole;
  start(fragment, takeFragment);
} catch {
  await whole;
  document.body.dataset.state = "broken";
}
