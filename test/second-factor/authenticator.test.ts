import { Secret, TOTP } from "otpauth";
import { describe, expect, test } from "vitest";
import type { Passkey } from "../../src/domain/factor/factor.ts";
import { createAuthenticator } from "../../src/second-factor/authenticator.ts";
import { createSeal } from "../../src/second-factor/seal.ts";
import { createSoftPasskey } from "../support/passkey.ts";

const site = "https://tocsin.example.com";
const key = "a key of thirty-two characters or more";
const authenticator = createAuthenticator({ key, site: () => site });
const at = new Date("2026-11-22T10:00:10Z");

describe("what is sealed", () => {
  const seal = createSeal(key);

  test("is read with the same key, for the same person, and nowhere as it is", () => {
    const sealed = seal.close("JBSWY3DPEHPK3PXP", "U0ANA");
    expect(sealed).not.toContain("JBSWY3DPEHPK3PXP");
    expect(seal.open(sealed, "U0ANA")).toBe("JBSWY3DPEHPK3PXP");
    expect(seal.close("JBSWY3DPEHPK3PXP", "U0ANA")).not.toBe(sealed);
  });

  test.each<[string, (sealed: string) => [sealed: string, owner: string]]>([
    ["somebody else's", (sealed) => [sealed, "U0BEN"]],
    ["damaged", (sealed) => [`${sealed.slice(0, -2)}AA`, "U0ANA"]],
    ["sealed with another key", () => [createSeal(`${key}.`).close("x", "U0ANA"), "U0ANA"]],
    ["nothing of ours", () => ["plain", "U0ANA"]],
  ])("is not read where it is %s, and the way out is said", (_title, change) => {
    const [sealed, owner] = change(seal.close("JBSWY3DPEHPK3PXP", "U0ANA"));
    expect(() => seal.open(sealed, owner)).toThrow(/set up with another key/);
  });
});

describe("codes", () => {
  const secret = authenticator.newSecret({ userId: "U0ANA", account: "ana@waooaw.example" });
  const factor = { sealed: secret.sealed, userId: "U0ANA" };
  const code = (steps: number) =>
    TOTP.generate({ secret: Secret.fromBase32(secret.text), timestamp: at.getTime() + steps * 30_000 });

  test("are those any authenticator app makes of the address: SHA-1, six digits, 30 seconds, 160 bits", () => {
    expect(secret.uri).toMatch(
      /^otpauth:\/\/totp\/Tocsin:ana%40waooaw\.example\?issuer=Tocsin&secret=[A-Z2-7]{32}&algorithm=SHA1&digits=6&period=30$/,
    );
    expect(secret.picture).toMatch(/^<svg /);
    expect(secret.picture).not.toMatch(/style=|<style|<script/);
  });

  test.each([
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ])("of %i steps beside the moment are taken: %s", (steps, taken) => {
    const step = Math.floor(at.getTime() / 30_000) + steps;
    expect(authenticator.stepOf(factor, code(steps), at)).toBe(taken ? step : null);
  });

  test("are one person's", () => {
    expect(() => authenticator.stepOf({ ...factor, userId: "U0BEN" }, code(0), at)).toThrow(/another key/);
    expect(authenticator.stepOf({ sealed: null, userId: "U0ANA" }, code(0), at)).toBeNull();
  });

  // datatracker.ietf.org/doc/html/rfc6238#appendix-B, cut to six digits.
  test.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_234_567_890, "005924"],
    [20_000_000_000, "353130"],
  ])("at second %i of the RFC's own secret is %s", (seconds, expected) => {
    const sealed = createSeal(key).close(Secret.fromLatin1("12345678901234567890").base32, "U0ANA");
    expect(authenticator.stepOf({ sealed, userId: "U0ANA" }, expected, new Date(seconds * 1000))).toBe(
      Math.floor(seconds / 30),
    );
  });
});

describe("passkeys", () => {
  const person = { userId: "U0ANA", name: "ana", known: [] };
  const soft = createSoftPasskey(site);
  const made = async (): Promise<Passkey> => {
    const { options, challenge } = await authenticator.registration(person);
    const passkey = await authenticator.registered(soft.make(options as never), challenge);
    if (passkey === null) throw new Error("It was not taken");
    return passkey;
  };

  test("are made for this site, with the person verified, and those there are already excluded", async () => {
    const passkey = await made();
    const { options } = await authenticator.registration({ ...person, known: [passkey] });
    expect(options).toMatchObject({
      rp: { id: "tocsin.example.com", name: "Tocsin" },
      excludeCredentials: [{ id: soft.id }],
      authenticatorSelection: { userVerification: "required" },
    });
  });

  test.each([
    ["for another site", { origin: "https://evil.example" }],
    ["for another name of the site", { rpId: "example.com" }],
    ["with the person not verified", { unverified: true }],
    ["for another challenge", { challenge: "AAAA" }],
  ])("are taken neither new nor signing %s", async (_title, faults) => {
    const { options, challenge } = await authenticator.registration(person);
    expect(await authenticator.registered(soft.make(options as never, faults), challenge)).toBeNull();
    const passkey = await made();
    const asked = await authenticator.assertion([passkey]);
    expect(
      await authenticator.asserted(soft.sign(asked.options as never, faults), asked.challenge, passkey),
    ).toBeNull();
    expect(await authenticator.asserted(soft.sign(asked.options as never), asked.challenge, passkey)).toBeGreaterThan(
      0,
    );
  });

  test("are not taken from another key, from a copy that counts behind, nor from nonsense", async () => {
    const passkey = await made();
    const { options, challenge } = await authenticator.assertion([passkey]);
    const other = { ...(createSoftPasskey(site).sign(options as never) as object), id: soft.id, rawId: soft.id };
    expect(await authenticator.asserted(other, challenge, passkey)).toBeNull();
    const behind = soft.sign(options as never, { counter: 1 });
    expect(await authenticator.asserted(behind, challenge, { ...passkey, counter: 7 })).toBeNull();
    for (const nonsense of [null, {}, "x", { id: soft.id, response: {} }]) {
      expect(await authenticator.asserted(nonsense, challenge, passkey)).toBeNull();
      expect(await authenticator.registered(nonsense, challenge)).toBeNull();
    }
  });
});
