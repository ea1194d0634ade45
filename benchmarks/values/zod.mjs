// A schema for each type that zod's documentation names. `node zod.mjs` writes them as JSON Schema;
// with a file of values for each, `node zod.mjs values.json` writes what zod refuses.
import { z } from "zod";
import fs from "fs";

const S = {
 string: z.string(), min_max: z.string().min(3).max(8), length: z.string().length(5), regex: z.string().regex(/^[A-Z]{3}-\d{4}$/),
 starts: z.string().startsWith("ab"), ends: z.string().endsWith("yz"), includes: z.string().includes("mid"), starts_ends: z.string().startsWith("ab").endsWith("yz"),
 lower: z.string().lowercase(), upper: z.string().uppercase(), email: z.email(), email_domain: z.email({pattern: /^[^@]+@corp\.com$/}),
 html5Email: z.email({pattern: z.regexes.html5Email}), rfc5322: z.email({pattern: z.regexes.rfc5322Email}), unicodeEmail: z.email({pattern: z.regexes.unicodeEmail}),
 uuid: z.uuid(), uuidv4: z.uuidv4(), uuidv6: z.uuidv6(), uuidv7: z.uuidv7(), guid: z.guid(), url: z.url(), httpUrl: z.httpUrl ? z.httpUrl() : z.url({protocol: /^https?$/, hostname: z.regexes.domain}),
 hostname: z.hostname ? z.hostname() : z.string(), emoji: z.emoji(), base64: z.base64(), base64url: z.base64url(), hex: z.hex ? z.hex() : z.string(), nanoid: z.nanoid(), cuid: z.cuid(), cuid2: z.cuid2(), ulid: z.ulid(), xid: z.xid(), ksuid: z.ksuid(),
 ipv4: z.ipv4(), ipv6: z.ipv6(), mac: z.mac ? z.mac() : z.string(), cidrv4: z.cidrv4(), cidrv6: z.cidrv6(), e164: z.e164(), jwt: z.jwt(),
 isodate: z.iso.date(), isotime: z.iso.time(), isotime_ms: z.iso.time({precision: 3}), isodatetime: z.iso.datetime(), isodatetime_offset: z.iso.datetime({offset: true}), isodatetime_local: z.iso.datetime({local: true}), isodatetime_ms: z.iso.datetime({precision: 3}), isoduration: z.iso.duration(),
 template: z.templateLiteral(["user-", z.int().min(0)]), template2: z.templateLiteral([z.enum(["a","b"]), "/", z.string().min(1)]),
 number: z.number(), int: z.int(), int32: z.int32(), positive: z.number().positive(), multiple: z.number().multipleOf(5), float32: z.float32(),
 bool: z.boolean(), nul: z.null(), literal: z.literal(["a", 1, true]), enum_: z.enum(["red","green"]), nullable: z.string().nullable(), optional: z.object({a: z.string().optional(), b: z.number()}),
 array: z.array(z.string()).min(2).max(4), tuple: z.tuple([z.string(), z.number()]), tuple_rest: z.tuple([z.string()], z.number()), record: z.record(z.string(), z.number()), record_enum: z.record(z.enum(["x","y"]), z.boolean()), partial_record: z.partialRecord(z.enum(["x","y"]), z.boolean()), record_uuid: z.record(z.uuid(), z.string()),
 union: z.union([z.string(), z.number()]), disc: z.discriminatedUnion("kind", [z.object({kind: z.literal("a"), x: z.string()}), z.object({kind: z.literal("b"), y: z.number()})]),
 intersection: z.intersection(z.object({a: z.string()}), z.object({b: z.number()})), strict: z.strictObject({a: z.email(), when: z.iso.datetime()}), loose: z.looseObject({a: z.uuid()}), catchall: z.object({a: z.string()}).catchall(z.number()),
 nested: z.object({user: z.object({name: z.string().min(1), tags: z.array(z.nanoid())}), at: z.iso.date()}),
 describe: z.string().describe("The city"), default_: z.string().default("x"), readonly: z.object({a: z.string()}).readonly(), any: z.any(), unknown: z.unknown(),
};
const Node = z.object({ value: z.number(), get next() { return Node.nullable(); } }); S.recursive = Node;

const [, , file] = process.argv;
if (file === undefined) {
  const made = Object.entries(S).map(([name, schema]) => [name, z.toJSONSchema(schema, { io: "input" })]);
  console.log(JSON.stringify(Object.fromEntries(made)));
} else {
  const refused = [];
  for (const [name, values] of Object.entries(JSON.parse(fs.readFileSync(file))))
    for (const value of values) {
      const read = S[name].safeParse(value);
      if (!read.success) refused.push(`${name} ${JSON.stringify(value)}: ${read.error.issues[0].message}`);
    }
  console.log(JSON.stringify(refused));
}
