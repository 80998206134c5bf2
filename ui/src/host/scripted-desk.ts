// A desk for unit tests, behind the loopback host: it answers by what the test says and notes what it was asked.
import { vi } from "vitest";
import type { ApiError, ApiErrorCode, Requests } from "../bindings";

type Name = keyof Requests;
type Answers = { [N in Name]?: (payload: Requests[N]["request"]) => unknown };

export class ScriptedDesk {
  /** What was asked, in order. */
  readonly asked: { name: Name; payload: unknown }[] = [];

  constructor(readonly answers: Answers) {
    vi.stubGlobal("fetch", async (url: string, init: { body: string }) => {
      const name = url.replace("/desk/", "") as Name;
      const payload: unknown = JSON.parse(init.body);
      this.asked.push({ name, payload });
      const answer = this.answers[name] as ((payload: unknown) => unknown) | undefined;
      try {
        if (!answer) throw refusal("internal", `${name} was not expected`);
        const body = (await answer(payload)) ?? null;
        return { ok: true, json: () => Promise.resolve(structuredClone(body)) };
      } catch (error) {
        return { ok: false, json: () => Promise.resolve(error) };
      }
    });
  }

  /** How often something was asked. */
  count(name: Name): number {
    return this.asked.filter((one) => one.name === name).length;
  }

  /** What was handed over when this was last asked. */
  last(name: Name): unknown {
    return this.asked.findLast((one) => one.name === name)?.payload;
  }
}

/** A refusal as the desk gives it. */
export function refusal(code: ApiErrorCode, detail = "", fields: ApiError["fields"] = []): ApiError {
  return { code, detail, fields };
}

/** A promise and the hand that fulfils it: an answer that comes when the test says. */
export function later<T>(): { promise: Promise<T>; give: (value: T) => void } {
  let give: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => (give = resolve));
  return { promise, give };
}
