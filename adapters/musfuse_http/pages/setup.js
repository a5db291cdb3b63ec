"use strict";
// The secret stands behind the # of the link, which browsers send to nobody.
const form = document.querySelector("form");
const said = document.querySelector("[role=status]");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = { name: form.name.value, password: form.password.value, secret: location.hash.slice(1) };
  const answer = await fetch("api/v1/setup", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const told = await answer.json();
  if (answer.ok) {
    history.replaceState(null, "", location.pathname);
    form.querySelector("button").disabled = true;
    said.textContent = `${told.name} can sign in now. Apps take a key: musfuse user key '${told.name}' phone`;
  } else {
    said.textContent = told.error.message;
  }
});
