import { expect, test } from "vitest";
import { t } from "../../i18n";
import { happeningLook } from "./happening";

const told = (...of: Parameters<typeof happeningLook>) =>
  t(happeningLook(...of).words, { name: "Helen", title: "Letters", amount: "£145.00" });

test("what happened is told with who did it", () => {
  expect(told("accepted", "customer")).toBe("Helen accepted the offer “Letters”, £145.00");
  expect(told("withdrawn", "expert")).toBe("You withdrew the offer “Letters”");
  expect(told("withdrawn", "moderator")).toBe("A moderator withdrew the offer “Letters”");
  expect(told("completed", "customer")).toBe("Helen confirmed that “Letters” is complete");
  expect(told("completed", "clock")).toBe("“Letters” completed by itself");
});
