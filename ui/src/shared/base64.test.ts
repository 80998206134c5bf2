import { expect, test } from "vitest";
import { base64 } from "./base64";

test("a file's bytes come back from its text as they were, also none", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
  const text = await base64(new File([bytes], "all.bin"));
  expect(Uint8Array.from(atob(text), (char) => char.charCodeAt(0))).toEqual(bytes);
  expect(await base64(new File([], "empty.txt"))).toBe("");
});
