import type { DeskEvent } from "../bindings";
import type { Host } from "./index";

/** The desk behind a server on this machine, for tests in a browser: `/desk/<name>` and an event stream. */
export const loopbackHost: Host = {
  async request(name, payload) {
    const response = await fetch(`/desk/${name}`, { method: "POST", body: JSON.stringify(payload) });
    const body: unknown = await response.json();
    if (!response.ok) throw body;
    return body;
  },
  listen(hear) {
    const source = new EventSource("/desk/events");
    source.onmessage = (message: MessageEvent<string>) => hear(JSON.parse(message.data) as DeskEvent);
    return Promise.resolve(() => source.close());
  },
};
