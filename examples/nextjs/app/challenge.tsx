"use client";

// A client component: the same package runs in the browser.
import { codeChallenge, randomCodeVerifier } from "grantkit/core";
import { useState, type ReactNode } from "react";

export function Challenge(): ReactNode {
  const [shown, show] = useState("");
  return <p><button onClick={() => show(codeChallenge(randomCodeVerifier()))}>Make a code challenge in the browser</button> <output>{shown}</output></p>;
}
