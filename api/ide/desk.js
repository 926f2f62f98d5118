// Fills the two choices of the page, and gives GraphiQL the chosen operation and the chosen persona's token.
"use strict";

const personaChoice = document.getElementById("persona");
const operationChoice = document.getElementById("operation");
const purposeField = document.getElementById("purpose");

// GraphiQL would keep tabs and history in the browser: a shared desk must open alike for everybody.
function memory() {
  const kept = new Map();
  return {
    get length() { return kept.size; },
    getItem: (key) => (kept.has(key) ? kept.get(key) : null),
    setItem: (key, value) => { kept.set(key, value); },
    removeItem: (key) => { kept.delete(key); },
    clear: () => { kept.clear(); },
  };
}

function offer(choice, labels, wanted) {
  choice.replaceChildren(...labels.map((label, number) => new Option(label, String(number))));
  const at = labels.indexOf(wanted);
  choice.value = String(Math.max(at, 0));
}

// The address says what is chosen, and nothing else: reloading the page or sending its address keeps it.
function remembered() {
  return new URLSearchParams(location.hash.slice(1));
}

async function fetched(path) {
  const answer = await fetch("/graphql/assets/" + path);
  return answer.json();
}

// GraphiQL finds out a tenth of a second late what a new text calls its operation, and until then tells the old name.
function isOf(query, name) {
  return Boolean(name) && new RegExp(`\\b(query|mutation|subscription)\\s+${name}\\b`).test(query);
}

async function ask(persona, { query, variables, operationName }) {
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${persona.token}` },
    body: JSON.stringify({
      query,
      variables,
      operationName: isOf(query, operationName) ? operationName : undefined,
      extensions: { purpose: purposeField.value },
    }),
  });
  return answer.json();
}

// GraphiQL makes its editors late, and has no setting for this.
function wrap(place) {
  new MutationObserver(() => {
    for (const { CodeMirror } of place.querySelectorAll(".CodeMirror")) {
      if (CodeMirror && !CodeMirror.getOption("lineWrapping")) CodeMirror.setOption("lineWrapping", true);
    }
  }).observe(place, { childList: true, subtree: true });
}

function open(personas) {
  const storage = memory();
  const fetcher = (question) => ask(personas[personaChoice.value], question);
  const place = document.getElementById("graphiql");

  wrap(place);
  let shown = 0;

  function show(chosen) {
    shown += 1;
    const values = chosen && {
      query: chosen.query,
      variables: JSON.stringify(chosen.variables, null, 2),
      // An answer must not stand beside another question; GraphiQL takes over only a value that has changed.
      response: " ".repeat(shown % 2),
    };
    ReactDOM.render(
      React.createElement(GraphiQL, { fetcher, storage, isHeadersEditorEnabled: false, ...values }),
      place,
    );
  }

  // What has been done is found no more, so examples are asked for anew at every choice.
  async function choose(title) {
    const persona = personas[personaChoice.value];
    const operations = await fetched(persona.name + "/operations.json");
    if (persona !== personas[personaChoice.value]) return;
    offer(operationChoice, operations.map((one) => one.title), title);
    const chosen = operations[operationChoice.value];
    history.replaceState(null, "", "#" + new URLSearchParams({ as: persona.name, run: chosen ? chosen.title : "" }));
    show(chosen);
  }

  const chosenTitle = () => operationChoice.selectedOptions[0]?.text;
  offer(personaChoice, personas.map(({ label }) => label), personas.find(({ name }) => name === remembered().get("as"))?.label);
  personaChoice.addEventListener("change", () => choose(chosenTitle()));
  operationChoice.addEventListener("change", () => choose(chosenTitle()));
  choose(remembered().get("run"));
}

fetched("personas.json").then(open);
