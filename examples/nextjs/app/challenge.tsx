"use client";

// A client component: the same package runs in the browser.
import { pkcePair } from "grantkit/core";
import { useState, type ReactNode } from "react";

export function Challenge(): ReactNode {
  const [shown, show] = useState("");
  return <p><button onClick={() => show(pkcePair().code_challenge)}>Make a code challenge in the browser</button> <output>{shown}</output></p>;
}
