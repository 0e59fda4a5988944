/** PKCE, state and nonce: RFC 7636. Synchronous, and without `crypto.subtle`. */

export default function (test, { grantkit, facts, same, holds, refused }) {
  const { codeChallenge, pkcePair, randomCodeVerifier, randomNonce, randomState } = grantkit;
  const makers = { randomCodeVerifier, randomState, randomNonce, "pkcePair().code_verifier": () => pkcePair().code_verifier };

  test("the verifier of RFC 7636 Appendix B has the challenge that is printed there", () => {
    same(codeChallenge(facts.pkce.code_verifier), facts.pkce.code_challenge);
  });

  for (const [name, make] of Object.entries(makers)) {
    test(`${name} is 43 characters of base64url, and never the same twice`, () => {
      const seen = new Set();
      for (let i = 0; i < 500; i++) {
        const text = make();
        holds(/^[A-Za-z0-9_-]{43}$/.test(text), `${text} is 43 characters of base64url`);
        seen.add(text);
      }
      same(seen.size, 500, "different ones");
      holds(new Set([...seen].join("")).size === 64, "every character of the alphabet is used");
    });
  }

  test("a random verifier has a challenge, and another than the next", () => {
    const challenges = new Set(Array.from({ length: 20 }, () => codeChallenge(randomCodeVerifier())));
    same(challenges.size, 20);
  });

  test("a pair is a verifier and its challenge, by the names of their parameters", () => {
    const { code_verifier, ...sent } = pkcePair();
    same(sent, { code_challenge: codeChallenge(code_verifier), code_challenge_method: "S256" });
  });

  test("a verifier has 43 to 128 unreserved characters", async () => {
    for (const verifier of ["a".repeat(43), "~".repeat(128), "-._~".repeat(20)]) same(codeChallenge(verifier).length, 43);
    for (const verifier of ["a".repeat(42), "a".repeat(129), `${"a".repeat(42)}+`, `${"a".repeat(42)} `, `${"a".repeat(42)}é`]) {
      await refused(() => codeChallenge(verifier), { code: "invalid_argument", fault: "caller", about: "verifier" });
    }
  });
}
