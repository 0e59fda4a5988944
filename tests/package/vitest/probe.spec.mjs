import { expect, test } from "vitest";

import * as grantkit from "grantkit";
import * as core from "grantkit/core";
import { CLIENT, CORE, probeClient, probeCore } from "./probe.mjs";

test("the package does what it does", async () => {
  expect({ client: await probeClient(grantkit), core: probeCore(core) }).toEqual({ client: CLIENT, core: CORE });
  expect(core.GrantError).toBe(grantkit.GrantError);
});
