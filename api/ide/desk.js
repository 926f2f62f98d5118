// Fills the two choices of the page, and gives GraphiQL the chosen operation and the chosen persona's token.
"use strict";

const personaChoice = document.getElementById("persona");
const operationChoice = document.getElementById("operation");

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

function offer(choice, labels) {
  labels.forEach((label, number) => choice.add(new Option(label, String(number))));
}

async function ask(personas, { query, variables, operationName }) {
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${personas[personaChoice.value].token}`,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return answer.json();
}

function open({ personas, operations }) {
  const storage = memory();
  const fetcher = (question) => ask(personas, question);
  const place = document.getElementById("graphiql");

  let shown = 0;

  function show() {
    const chosen = operations[operationChoice.value];
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

  offer(personaChoice, personas.map(({ label }) => label));
  offer(operationChoice, operations.map(({ title }) => title));
  operationChoice.addEventListener("change", show);
  show();
}

fetch("/graphql/assets/desk.json").then((answer) => answer.json()).then(open);
