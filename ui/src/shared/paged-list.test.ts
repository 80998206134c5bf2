import { expect, test, vi } from "vitest";
import { later } from "../host/scripted-desk";
import { PAGE, PagedList } from "./paged-list.svelte";

type Row = { id: string };
const rowsFrom = (offset: number, count: number): Row[] =>
  Array.from({ length: Math.max(0, count) }, (_, index) => ({ id: `r${offset + index}` }));

/** A list of so many rows in one group. */
async function listOf(count: number) {
  const list = new PagedList<"open", Row>((row) => row.id);
  const fetch = vi.fn(({ offset, limit }: { offset: number; limit: number }) =>
    Promise.resolve(rowsFrom(offset, Math.min(limit, count - offset))),
  );
  const show = await list.prepare([{ kind: "open", count, rows: rowsFrom(0, Math.min(PAGE, count)) }], fetch);
  show();
  return { list, fetch };
}

test("it has a line for each row and each heading, and fetches what comes into sight once", async () => {
  const { list, fetch } = await listOf(1_000);
  expect([list.count, list.rowCount]).toEqual([1_001, 1_000]);
  await Promise.all([list.show(500, 520), list.show(501, 521)]);
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(list.line(501)).toMatchObject({ row: { id: "r500" } });
  expect(list.line(900)).toMatchObject({ row: undefined });
});

test("a new list comes whole: with what is in sight, and where a held row was", async () => {
  const { list } = await listOf(1_000);
  await list.show(500, 520);
  await list.neighbour("r520", 1);
  await list.show(901, 920);
  const fetch = vi.fn(({ offset }: { offset: number }) => Promise.resolve([{ id: `new ${offset}` }]));
  const show = await list.prepare([{ kind: "open", count: 999, rows: rowsFrom(0, PAGE) }], fetch, [
    "r519",
    "unknown",
    null,
  ]);
  expect(list.line(901)).toMatchObject({ row: { id: "r900" } });
  show();
  expect(list.line(901)).toMatchObject({ row: { id: "new 900" } });
  expect(list.line(481)).toMatchObject({ row: { id: "new 480" } });
  expect(fetch).toHaveBeenCalledTimes(2);
});

test("a page of the list before does not come into the one after", async () => {
  const { list } = await listOf(0);
  const slow = later<Row[]>();
  (await list.prepare([{ kind: "open", count: 200, rows: [] }], () => slow.promise))();
  const asked = list.show(1, 5);
  (await list.prepare([{ kind: "open", count: 2, rows: rowsFrom(0, 2) }], () => Promise.resolve([])))();
  slow.give([{ id: "old" }]);
  await asked;
  expect(list.line(1)).toMatchObject({ row: { id: "r0" } });
});

test("beside a row that is not known there is none, and at the ends it is itself", async () => {
  const { list } = await listOf(70);
  expect(await list.beside("elsewhere", 1)).toBeNull();
  expect(await list.beside("r59", 1)).toBe("r60");
  expect(await list.beside("r69", 1)).toBe("r69");
  expect(await list.beside("r0", -1)).toBe("r0");
  expect(await list.neighbour("elsewhere", 1)).toBe("r0");
});
