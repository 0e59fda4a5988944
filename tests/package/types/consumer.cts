// The same package, required by an application in CommonJS.
import grantkit = require("grantkit");
import core = require("grantkit/core");

const challenge: string = grantkit.codeChallenge(core.randomCodeVerifier());
const client: grantkit.Client = new grantkit.Client({ issuer: "https://op.example" }, { clientId: "app" });
void [challenge, client];
