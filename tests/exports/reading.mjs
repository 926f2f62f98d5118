// Calendars come in line by line, each as JSON; what ical.js and node-ical read in them goes out the same way.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const required = createRequire(`${process.argv[2]}/`);
const { default: ICAL } = await import(pathToFileURL(required.resolve("ical.js")));
const nodeIcal = required("node-ical");

const byIcalJs = (text) =>
  new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      summary: event.summary,
      location: event.location,
      description: event.description,
      starts: event.startDate.toJSDate().getTime(),
      ends: event.endDate.toJSDate().getTime(),
    };
  });

const plain = (value) => (value && typeof value === "object" ? value.val : value);

const byNodeIcal = (text) =>
  Object.values(nodeIcal.sync.parseICS(text))
    .filter((one) => one.type === "VEVENT")
    .map((event) => ({
      uid: event.uid,
      summary: plain(event.summary),
      location: plain(event.location),
      description: plain(event.description),
      starts: event.start.getTime(),
      ends: event.end.getTime(),
    }));

for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  console.log(JSON.stringify({ "ical.js": byIcalJs(text), "node-ical": byNodeIcal(text) }));
}
