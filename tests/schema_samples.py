"""Schemas to generate from: every keyword, alone and against others, and what no value fits."""

from __future__ import annotations

from typing import Any

A = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
B = {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}
TREE = {
    "type": "object",
    "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/t"}}},
    "required": ["kids"],
}


def _nested(levels: int, inner: Any) -> dict[str, Any]:
    """An object in an object, and so on, with a schema at the end."""
    for _ in range(levels):
        inner = {"type": "object", "properties": {"inner": inner}, "required": ["inner"]}
    schema: dict[str, Any] = inner
    return schema


SCHEMAS: dict[str, Any] = {
    "true": True,
    "empty": {},
    "type": {"type": "null"},
    "type list": {"type": ["integer", "string", "null"]},
    "enum": {"enum": ["a", 1, None, {"b": [1]}]},
    "enum of some type": {"type": "string", "enum": ["a", 1]},
    "const": {"const": {"a": [1, 2.5]}},
    "minimum": {"type": "number", "minimum": 10, "maximum": 10.5},
    "exclusive": {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3},
    "exclusive, of floats": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-9},
    "multipleOf": {"type": "integer", "multipleOf": 7, "minimum": 100},
    "multipleOf, decimal": {"type": "number", "multipleOf": 0.01, "minimum": 0.29, "maximum": 0.31},
    "multipleOf, twice": {
        "allOf": [{"multipleOf": 0.4}, {"multipleOf": 0.6}],
        "type": "number",
        "minimum": 1,
    },
    "large numbers": {"type": "integer", "minimum": 10**30, "maximum": 10**30 + 5},
    "largest float": {"type": "number", "minimum": 1e308},
    "length": {"type": "string", "minLength": 3, "maxLength": 4},
    "length 0": {"type": "string", "maxLength": 0},
    "length, long": {"type": "string", "minLength": 4000, "maxLength": 4001},
    "pattern": {"type": "string", "pattern": "^[A-Z]{3}-\\d{2,4}$"},
    "pattern, not anchored": {"type": "string", "pattern": "b+", "minLength": 10},
    "pattern and length": {
        "type": "string",
        "pattern": "^[a-z]+(-[a-z]+)*$",
        "minLength": 12,
        "maxLength": 13,
    },
    "patterns": {
        "type": "string",
        "allOf": [{"pattern": "^a"}, {"pattern": "z$"}, {"pattern": "m"}],
    },
    "look-ahead": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d)(?!.*x).{8,12}$"},
    "back reference": {"type": "string", "pattern": "^(['\"])[a-z]+\\1$"},
    "items": {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 5},
    "prefixItems": {
        "type": "array",
        "prefixItems": [{"const": 1}, A],
        "items": {"type": "null"},
        "minItems": 4,
    },
    "prefixItems, closed": {
        "type": "array",
        "prefixItems": [{"const": 1}, A],
        "items": False,
        "minItems": 2,
    },
    "contains": {
        "type": "array",
        "contains": {"const": 7},
        "minContains": 2,
        "maxContains": 3,
        "items": {"minimum": 6},
    },
    "contains twice": {
        "type": "array",
        "allOf": [{"contains": {"const": 1}}, {"contains": {"const": 2}}],
    },
    "contains, behind the prefix": {
        "type": "array",
        "prefixItems": [{"const": 1}],
        "contains": {"const": 2},
    },
    "contains, in the prefix": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"const": "a"}],
        "items": False,
        "contains": {"const": 2},
    },
    "contains, one for both": {
        "type": "array",
        "maxItems": 1,
        "allOf": [{"contains": {"minimum": 1}}, {"contains": {"maximum": 2}}],
    },
    "uniqueItems": {
        "type": "array",
        "items": {"enum": [1, 2, 3, 4]},
        "uniqueItems": True,
        "minItems": 4,
    },
    "uniqueItems, booleans": {
        "type": "array",
        "items": {"type": "boolean"},
        "uniqueItems": True,
        "minItems": 2,
    },
    "required, undeclared": {"type": "object", "required": ["x", "y"]},
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "minProperties": 3,
    },
    "patternProperties": {
        "type": "object",
        "patternProperties": {"^x-": B},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "propertyNames": {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Z]{2}$"},
        "minProperties": 3,
    },
    "maxProperties": {
        **A,
        "properties": {"b": {}, "c": {}, "a": {"type": "string"}},
        "maxProperties": 1,
    },
    "dependentRequired": {**A, "dependentRequired": {"a": ["b"], "b": ["c"]}},
    "dependentSchemas": {**A, "dependentSchemas": {"a": B}},
    "dependency that cannot be met": {
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "additionalProperties": False,
        "dependentRequired": {"a": ["c"]},
        "minProperties": 1,
    },
    "allOf": {"allOf": [A, B, {"properties": {"a": {"maxLength": 3}}}]},
    "anyOf": {"anyOf": [A, B, {"type": "integer", "minimum": 3}]},
    "anyOf, one way": {"type": "string", "anyOf": [{"type": "integer"}, {"maxLength": 2}]},
    "oneOf": {"oneOf": [A, B]},
    "oneOf, overlapping": {
        "oneOf": [{"type": "number", "multipleOf": 2}, {"type": "number", "multipleOf": 3}]
    },
    "oneOf, on a common base": {
        "$defs": {
            "base": {"allOf": [A, {"properties": {"b": {"type": "string"}}, "required": ["b"]}]}
        },
        "oneOf": [
            {
                "allOf": [
                    {"$ref": "#/$defs/base"},
                    {"properties": {kind: B}, "required": [kind], "type": "object"},
                ]
            }
            for kind in ("node", "python", "shell", "docker", "sql", "rest", "graphql")
        ],
    },
    "oneOf, by format": {
        "type": "string",
        "oneOf": [{"format": "ipv4"}, {"format": "ipv6"}, {"format": "date"}],
    },
    "not format": {"type": "string", "not": {"format": "email"}},
    "oneOf, by tag": {
        "oneOf": [
            {
                "properties": {"kind": {"const": kind}, kind: {"type": "integer"}},
                "required": ["kind", kind],
            }
            for kind in ("circle", "square")
        ]
    },
    "oneOf, by required": {**A, "oneOf": [{"required": ["b"]}, {"required": ["c"]}]},
    "not": {"not": {"type": ["object", "string"]}},
    "not integer": {"type": "number", "not": {"type": "integer"}},
    "not patternProperties": {"not": {"patternProperties": {"^x": {"type": "string"}}}},
    "not enum": {"type": "string", "enum": ["a", "b"], "not": {"enum": ["a"]}},
    "not pattern": {"type": "string", "not": {"pattern": "^[a-m]"}},
    "not a path": {"type": "string", "not": {"pattern": "^/?([^/]+/)*[^/]+/?$"}},
    "not required": {**A, "properties": {"b": {}}, "not": {"required": ["b"]}},
    "not both": {
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "not": {"required": ["a", "b"]},
    },
    "not properties": {
        "type": "object",
        "not": {"properties": {"a": {"type": "string"}}, "required": ["a"]},
    },
    "not multipleOf": {"type": "integer", "not": {"multipleOf": 2}},
    "not items": {"type": "array", "not": {"items": {"type": "string"}}},
    "not uniqueItems": {
        "type": "array",
        "items": {"type": "boolean"},
        "not": {"uniqueItems": True},
    },
    "not additionalProperties": {"type": "object", "not": {"additionalProperties": False}},
    "not anyOf": {
        "type": ["integer", "string"],
        "not": {"anyOf": [{"type": "string"}, {"maximum": 5}]},
    },
    "not allOf": {"type": "integer", "not": {"allOf": [{"minimum": 5}, {"maximum": 9}]}},
    "not if": {"type": "integer", "not": {"if": {"minimum": 5}, "then": {"maximum": 9}}},
    "if": {
        "type": "object",
        "properties": {"country": {"enum": ["US", "NL"]}, "zip": {"type": "string"}},
        "required": ["country", "zip"],
        "if": {"properties": {"country": {"const": "US"}}},
        "then": {"properties": {"zip": {"pattern": "^[0-9]{5}$"}}},
        "else": {"properties": {"zip": {"pattern": "^[0-9]{4} [A-Z]{2}$"}}},
    },
    "$ref and siblings": {
        "$ref": "#/$defs/a",
        "properties": {"a": {"maxLength": 3}},
        "$defs": {"a": A},
    },
    "recursion": {"$ref": "#/$defs/t", "$defs": {"t": TREE}},
    "unevaluatedProperties": {
        "allOf": [A],
        "properties": {"b": {}},
        "unevaluatedProperties": False,
        "minProperties": 2,
    },
    "unevaluatedProperties, typed": {
        "allOf": [A],
        "unevaluatedProperties": {"type": "integer"},
        "minProperties": 3,
    },
    "unevaluatedItems": {
        "type": "array",
        "prefixItems": [{"const": 1}],
        "unevaluatedItems": {"type": "null"},
        "minItems": 3,
    },
    "no type, keywords of many": {"minLength": 3, "minimum": 5, "required": ["a"], "minItems": 2},
    "no object is allowed": {"properties": {"a": False}, "required": ["a"]},
    "format against pattern": {"type": "string", "format": "date", "pattern": "^2024-"},
    "examples": {"type": "string", "examples": ["one", 2]},
    # numbers
    "one number alone": {"type": "number", "minimum": 0.1, "maximum": 0.1},
    "a number of many decimals": {"type": "number", "minimum": 1e-20, "maximum": 1e-20},
    "numbers, negative": {"type": "number", "maximum": -5},
    "integers, negative": {"type": "integer", "maximum": -5},
    "integers, from": {"type": "integer", "minimum": 5000},
    "integers, far apart": {"type": "integer", "minimum": -500000, "maximum": 3000000},
    "integers, far apart and low": {"type": "integer", "minimum": -500000, "maximum": -1},
    "an amount": {"type": "integer", "minimum": 0, "maximum": 1000000},
    "bounds of fractions": {"type": "integer", "minimum": 0.5, "maximum": 2.5},
    "bounds that exclude": {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3},
    "bounds of fractions that exclude": {
        "type": "integer",
        "exclusiveMinimum": 1.5,
        "exclusiveMaximum": 2.5,
    },
    "the tighter of two bounds": {
        "type": "number",
        "allOf": [
            {"minimum": 1, "maximum": 9},
            {"exclusiveMinimum": 1, "exclusiveMaximum": 2},
            {"minimum": 0, "maximum": 9},
        ],
    },
    "int8": {"type": "integer", "format": "int8"},
    "uint64": {"type": "integer", "format": "uint64", "minimum": 10**18},
    "int8, out of bounds": {"type": "integer", "format": "int8", "minimum": 300},
    "multipleOf, outside the usual part": {
        "type": "object",
        "properties": {
            "age": {"type": "integer", "multipleOf": 100},
            "latitude": {"type": "number", "multipleOf": 90.5},
        },
        "required": ["age", "latitude"],
    },
    "multipleOf, outside the usual part, bounded": {
        "type": "object",
        "properties": {
            "age": {"type": "integer", "multipleOf": 100, "minimum": -250, "maximum": 250},
            "month": {"type": "number", "multipleOf": 12.5, "minimum": -30, "maximum": 30},
        },
        "required": ["age", "month"],
    },
    "multipleOf, of a fraction": {"type": "integer", "multipleOf": 1.5},
    "multipleOf, not in binary": {
        "type": "number",
        "multipleOf": 0.1,
        "minimum": 0.1,
        "maximum": 0.9,
    },
    "multipleOf, up to a limit": {
        "type": "number",
        "multipleOf": 0.5,
        "maximum": -3,
        "exclusiveMinimum": -4,
    },
    "multipleOf, and not another": {"type": "integer", "multipleOf": 3, "not": {"multipleOf": 2}},
    "number that is not": {"type": "number", "not": {"enum": [0, 1]}, "minimum": 0, "maximum": 2},
    "names of numbers": {
        "type": "object",
        "properties": {
            name: {"type": "number"}
            for name in ("price", "rating", "probability", "temperature", "whatever")
        },
    },
    # strings
    "minLength": {"type": "string", "minLength": 50},
    "minLength, of hundreds": {"type": "string", "minLength": 300, "maxLength": 310},
    "maxLength": {"type": "string", "maxLength": 12},
    "maxLength, small": {"type": "string", "maxLength": 5, "minLength": 1},
    "lengths of fractions": {"type": "string", "minLength": 2.0, "maxLength": 4.0},
    "patterns of one kind, twice": {
        "type": "string",
        "pattern": "^a+$",
        "allOf": [{"pattern": "^a+$"}, {"pattern": "aa"}],
    },
    "pattern that is denied": {"type": "string", "pattern": "^[ab]$", "not": {"pattern": "^a$"}},
    "odd strings": {"type": "string", "not": {"pattern": "[a-z]"}},
    "format and length": {"type": "string", "format": "uri", "minLength": 150},
    "format, short": {"type": "string", "format": "email", "maxLength": 8},
    "format, of our own": {"type": "string", "format": "whatever"},
    "formats and denial": {"type": "string", "format": "date", "not": {"pattern": "^2020"}},
    "format that its pattern rules out": {"format": "email", "pattern": "^[a-z]{3}$"},
    "not format, among others": {"not": {"format": "email"}, "type": ["string", "integer"]},
    "descriptions": {
        "type": "object",
        "properties": {
            "a": {"type": "string", "description": "An email address"},
            "b": {
                "type": "string",
                "allOf": [{"description": "A URL of a page"}, {"description": "A colour"}],
            },
        },
    },
    # arrays
    "items, endless": {"type": "array", "minItems": 5, "maxItems": 7},
    "items, none": {"type": "array", "maxItems": 0},
    "items, false": {"type": "array", "items": False},
    "items of names": {
        "type": "object",
        "properties": {
            "emails": {"type": "array", "items": {"type": "string"}},
            "class": {"type": "array"},
        },
    },
    "items that are optional and impossible": {
        "type": "array",
        "items": {"type": "string", "minLength": 3, "maxLength": 2},
    },
    "prefixItems, optional": {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "integer", "minimum": 3, "maximum": 2}],
    },
    "contains, counted": {
        "type": "array",
        "contains": {"type": "integer"},
        "minContains": 2,
        "maxContains": 2,
        "minItems": 4,
    },
    "contains, none needed": {"type": "array", "contains": {"type": "integer"}, "minContains": 0},
    "uniqueItems, all of a list": {
        "type": "array",
        "items": {"enum": list(range(30))},
        "uniqueItems": True,
        "minItems": 30,
    },
    "uniqueItems, as many as there are": {
        "type": "array",
        "items": {"type": "boolean"},
        "uniqueItems": True,
        "minItems": 1,
        "maxItems": 5,
    },
    "uniqueItems, of all kinds": {
        "type": "array",
        "items": {"enum": [1, True, "1", [1], {"a": 1}, None]},
        "uniqueItems": True,
        "minItems": 6,
    },
    "uniqueItems, false": {
        "type": "array",
        "items": {"const": 1},
        "uniqueItems": False,
        "minItems": 3,
    },
    # objects
    "required, and closed by patterns": {
        "type": "object",
        "required": ["x-a"],
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
    },
    "patternProperties, beside properties": {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "patternProperties": {"^[a-z]$": {"minLength": 2}, "^n_": {"type": "null"}},
    },
    "patternProperties, denied": {
        "type": "object",
        "patternProperties": {"^a": False},
        "properties": {"ab": {}, "b": {}},
    },
    "additionalProperties, typed": {"type": "object", "additionalProperties": A},
    "additionalProperties, in two schemas": {
        "type": "object",
        "allOf": [
            {"properties": {"a": {}, "b": {}}, "additionalProperties": False},
            {"properties": {"a": {}, "c": {}}, "additionalProperties": False},
        ],
    },
    "minProperties, from optional ones": {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in "abcdef"},
        "minProperties": 4,
        "maxProperties": 5,
    },
    "minProperties, of names that are listed": {
        "type": "object",
        "propertyNames": {"enum": ["a", "b", "c"]},
        "minProperties": 3,
    },
    "propertyNames, that few fit": {
        "type": "object",
        "properties": {"abc": {}, "d": {}},
        "propertyNames": {"maxLength": 2},
    },
    "optional and impossible": {
        "type": "object",
        "properties": {"a": {"type": "string", "minLength": 2, "maxLength": 1}, "b": {}},
    },
    "deep": {
        "type": "object",
        "properties": {
            "a": {
                "type": "object",
                "properties": {
                    "b": {
                        "type": "object",
                        "properties": {
                            "c": {
                                "type": "object",
                                "properties": {
                                    "d": {
                                        "type": "object",
                                        "properties": {"e": {"type": "array"}, "f": {}},
                                    },
                                    "g": {},
                                },
                            },
                            "h": {},
                        },
                    }
                },
            }
        },
    },
    "wide": {
        "type": "object",
        "properties": {
            f"p{at}": {"type": "object", "properties": {"a": {}, "b": {}}} for at in range(70)
        },
    },
    "dependentRequired, in a chain": {
        "type": "object",
        "properties": {"a": {}},
        "dependentRequired": {"a": ["b"], "b": ["c"], "c": ["a"]},
    },
    "dependencies that cannot be met": {
        "type": "object",
        "properties": {"a": {}, "b": {}, "c": {}, "d": False, "e": {}},
        "dependentRequired": {"a": ["b"], "b": ["c", "d"], "c": ["a", "b"]},
    },
    "dependency without room": {
        "type": "object",
        "properties": {"a": {}, "b": {}, "c": {}},
        "maxProperties": 2,
        "dependentRequired": {"a": ["c"], "b": ["c"]},
    },
    "dependency of a property that is made up": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "propertyNames": {"enum": ["a", "b", "c"]},
        "dependentRequired": {"a": ["b"]},
        "minProperties": 2,
    },
    "dependentSchemas, that contradict": {
        "type": "object",
        "properties": {"a": {}},
        "dependentSchemas": {"a": {"required": ["b"]}},
        "propertyNames": {"const": "a"},
    },
    "dependentSchemas, without a property": {
        "type": "object",
        "dependentSchemas": {"a": B},
        "minProperties": 1,
    },
    # branches
    "anyOf, the heavier last": {
        "$defs": {
            "deep": {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"$ref": "#/$defs/deep"}},
            }
        },
        "type": "array",
        "items": {
            "anyOf": [
                {"type": "null"},
                {
                    "type": "array",
                    "items": {
                        "anyOf": [
                            A,
                            {"$ref": "#/$defs/deep"},
                            {"const": 1},
                            {"type": "boolean"},
                            {"type": "string", "pattern": "a"},
                        ]
                    },
                    "minItems": 1,
                },
            ]
        },
    },
    "anyOf, true and false": {"anyOf": [True, False]},
    "anyOf, of recursion": {
        "$defs": {
            "tree": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {
                            "left": {"$ref": "#/$defs/tree"},
                            "right": {"$ref": "#/$defs/tree"},
                        },
                        "required": ["left", "right"],
                    },
                    {
                        "allOf": [
                            {"type": "array", "items": {"$ref": "#/$defs/tree"}, "minItems": 1}
                        ]
                    },
                    {"oneOf": [{"type": "integer"}, {"type": "string", "not": {"maxLength": 3}}]},
                ]
            }
        },
        "$ref": "#/$defs/tree",
    },
    "anyOf, contradicting": {
        "allOf": [{"anyOf": [A, B]}, {"anyOf": [{"type": "string"}, {"properties": {"a": False}}]}]
    },
    "oneOf, of numbers": {"oneOf": [{"type": "integer"}, {"minimum": 2, "type": "number"}]},
    "oneOf, of lists": {"oneOf": [{"enum": [1, 2]}, {"enum": [2, 3]}, {"const": 3}]},
    "oneOf, of references": {
        "$defs": {"a": A, "b": {"allOf": [{"$ref": "#/$defs/a"}, B]}},
        "oneOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}],
    },
    "oneOf, closed": {
        "oneOf": [
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
                "required": ["b"],
            },
        ]
    },
    "oneOf, in true": {
        "type": "object",
        "allOf": [
            {"properties": {"a": True}},
            {
                "properties": {
                    "a": {"oneOf": [{"minLength": 3}, {"maxLength": 4}], "type": "string"}
                }
            },
        ],
        "required": ["a"],
    },
    "if, without then and else": {"type": "string", "if": {"minLength": 3}},
    "if, with then alone": {"type": "integer", "if": {"minimum": 5}, "then": {"multipleOf": 5}},
    "if, with else alone": {"type": "integer", "if": {"minimum": 5}, "else": {"const": 0}},
    "if, that cannot be": {"type": "integer", "if": {"type": "string"}, "then": False},
    # denials
    "not minimum": {"type": "number", "not": {"minimum": 5}},
    "not maximum": {"type": "number", "not": {"maximum": 5}},
    "not exclusiveMinimum": {"type": "integer", "not": {"exclusiveMinimum": 5}},
    "not exclusiveMaximum": {"type": "integer", "not": {"exclusiveMaximum": 5}},
    "not minLength": {"type": "string", "not": {"minLength": 4}},
    "not maxLength": {"type": "string", "not": {"maxLength": 4}},
    "not minItems": {"type": "array", "not": {"minItems": 2}},
    "not maxItems": {"type": "array", "not": {"maxItems": 2}},
    "not minProperties": {
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "not": {"minProperties": 2},
    },
    "not maxProperties": {"type": "object", "not": {"maxProperties": 2}},
    "not minLength 0": {"not": {"minLength": 0, "type": "string"}},
    "not prefixItems": {"type": "array", "not": {"prefixItems": [True, {"type": "string"}]}},
    "not contains": {"type": "array", "not": {"contains": {"type": "string"}}, "minItems": 2},
    "not oneOf": {
        "type": "integer",
        "not": {"oneOf": [{"minimum": 5}, {"maximum": 9}, {"multipleOf": 2}]},
    },
    "not not": {"not": {"not": {"type": "string"}}},
    "not const": {"type": "integer", "not": {"const": 3}, "minimum": 3, "maximum": 4},
    "not enum and const": {
        "enum": [1, 2, 3, "a"],
        "allOf": [{"not": {"const": 1}}, {"not": {"enum": [2, "a"]}}],
    },
    "not dependentRequired": {"type": "object", "not": {"dependentRequired": {"a": ["b", "c"]}}},
    "not dependentSchemas": {
        "type": "object",
        "required": ["a"],
        "properties": {"b": {"type": "string"}},
        "not": {"dependentSchemas": {"a": {"required": ["b"]}}},
    },
    "not propertyNames": {
        "type": "object",
        "properties": {"abcdef": {}, "a": {}},
        "required": ["abcdef"],
        "not": {"propertyNames": {"maxLength": 3}},
    },
    "not additionalProperties, typed": {
        "type": "object",
        "properties": {"a": {}},
        "not": {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
    },
    "not unevaluatedProperties": {"type": "object", "not": {"unevaluatedProperties": False}},
    "not if, then and else": {
        "type": "integer",
        "not": {"if": {"minimum": 5}, "then": {"maximum": 9}, "else": {"minimum": 0}},
    },
    "not $ref": {
        "$defs": {"a": {"type": "string"}},
        "type": ["string", "integer"],
        "not": {"$ref": "#/$defs/a"},
    },
    "not a chain of references": {
        "$defs": {
            "r0": {"type": "string"},
            **{f"r{at + 1}": {"$ref": f"#/$defs/r{at}"} for at in range(9)},
        },
        "type": ["string", "integer"],
        "not": {"$ref": "#/$defs/r9"},
    },
    "not a chain that ends in false": {
        "$defs": {"r0": False, **{f"r{at + 1}": {"$ref": f"#/$defs/r{at}"} for at in range(9)}},
        "type": "string",
        "not": {"$ref": "#/$defs/r9"},
    },
    "not properties, of several": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
        "required": ["a", "b"],
        "not": {"properties": {"a": {"minimum": 3}, "b": True, "c": False}, "required": ["a"]},
    },
    "not what is excluded anyway": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"const": 1}},
        "not": {"required": ["a"], "properties": {"a": {"const": 2}}},
    },
    "not anyOf and allOf": {
        "type": ["integer", "string", "null"],
        "not": {"anyOf": [{"allOf": [{"type": "integer"}, {"minimum": 3}]}, {"type": "null"}]},
    },
    "not, with words that say nothing": {
        "type": ["string", "integer"],
        "not": {"title": "t", "description": "d", "type": "string"},
    },
    "not integer, of a number": {
        "type": "number",
        "not": {"type": "integer"},
        "minimum": 3,
        "maximum": 5,
    },
    # unevaluated
    "unevaluatedItems, behind items": {
        "type": "array",
        "allOf": [{"prefixItems": [{"const": 1}]}],
        "prefixItems": [True, {"const": 2}],
        "unevaluatedItems": False,
        "minItems": 2,
    },
    "unevaluatedItems, and contains": {
        "type": "array",
        "prefixItems": [True],
        "contains": {"const": "a"},
        "unevaluatedItems": {"type": "string"},
        "minItems": 3,
    },
    "unevaluatedItems, inside": {
        "type": "array",
        "items": {"type": "integer"},
        "allOf": [{"unevaluatedItems": {"const": 5}}],
        "minItems": 1,
    },
    "unevaluatedProperties, with branches": {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"]}},
        "required": ["kind"],
        "oneOf": [
            {"properties": {"kind": {"const": "a"}, "a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"kind": {"const": "b"}, "b": {"type": "integer"}}},
        ],
        "unevaluatedProperties": False,
    },
    "unevaluatedProperties, with if": {
        "type": "object",
        "if": {"properties": {"a": {"const": "x"}}, "required": ["a"]},
        "then": {"properties": {"b": {}}, "required": ["b"]},
        "properties": {"c": {}},
        "unevaluatedProperties": False,
    },
    "unevaluatedProperties, inside": {
        "type": "object",
        "properties": {"a": {}},
        "allOf": [{"properties": {"b": {}}, "unevaluatedProperties": {"type": "integer"}}],
    },
    # kinds
    "kinds of keywords": {"minimum": 3, "maxLength": 2, "uniqueItems": True, "maxProperties": 1},
    "kinds, some impossible": {
        "type": ["string", "array", "integer"],
        "minLength": 3,
        "maxLength": 2,
        "minItems": 2,
        "maxItems": 1,
    },
    "kinds, uncertain": {"type": ["string", "null"], "pattern": "^(?!a)a$"},
    "listed and bounded": {
        "enum": [1, 5, "a", "abc", None, [1], [1, 2]],
        "minimum": 4,
        "minLength": 2,
        "maxItems": 1,
    },
    "examples that do not fit": {"type": "integer", "examples": [1, "a", 20], "minimum": 10},
    "examples of objects": {
        "type": "object",
        "examples": [{"a": [1]}],
        "properties": {"a": {"type": "array"}},
    },
    "bounds that exclude, met again": {
        "type": "integer",
        "allOf": [{"exclusiveMinimum": 1, "exclusiveMaximum": 3}, {"minimum": 1, "maximum": 3}],
    },
    "not multipleOf, twice": {
        "type": "integer",
        "minimum": 0,
        "maximum": 5,
        "allOf": [{"not": {"multipleOf": 2}}, {"not": {"multipleOf": 3}}],
    },
    "not allOf, of another type": {
        "type": "integer",
        "not": {"allOf": [{"type": "string"}, {"minimum": 3}]},
    },
    "not anyOf, listed": {
        "type": ["integer", "string", "null"],
        "not": {"anyOf": [{"enum": [1, "a"]}, {"type": "integer"}, {"const": None}]},
    },
    "not type, of a list": {"enum": [1, "a", None, 2.5], "not": {"type": ["string", "null"]}},
    "not, before anyOf": {
        "not": {"type": "string"},
        "anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}],
    },
    "not additionalProperties, that knows extra": {
        "type": "object",
        "not": {"properties": {"extra": {}}, "additionalProperties": False, "required": ["a"]},
    },
    "not additionalProperties, that says nothing": {
        "type": "object",
        "not": {"additionalProperties": True, "required": ["a"]},
    },
    "not items, that say nothing": {"type": "array", "not": {"items": {}, "minItems": 2}},
    "not if, with else": {"type": "integer", "not": {"if": {"minimum": 5}, "else": {"minimum": 0}}},
    "not closed": {
        "type": "object",
        "required": ["a", "b"],
        "not": {"properties": {"a": {}}, "additionalProperties": False},
    },
    "not required, that may not be": {
        "type": "object",
        "properties": {"a": False},
        "not": {"required": ["a"], "minProperties": 1},
    },
    "multipleOf, one in the usual part": {
        "type": "object",
        "properties": {
            "probability": {"type": "number", "minimum": 0.5, "maximum": 30, "multipleOf": 0.75}
        },
        "required": ["probability"],
    },
    "lengths, exact": {
        "type": "array",
        "prefixItems": [
            {"type": "string", "minLength": size, "maxLength": size} for size in range(40)
        ],
        "minItems": 40,
    },
    "lengths, at most": {
        "type": "array",
        "prefixItems": [{"type": "string", "maxLength": size} for size in range(40)],
        "minItems": 40,
    },
    "uri-reference, short": {"type": "string", "format": "uri-reference", "maxLength": 4},
    "weights, where only what is needed is made": {
        "$defs": {
            "weights": {
                "type": "object",
                "maxProperties": 9,
                "required": list("abcdefghi"),
                "properties": {
                    name: {"anyOf": branches}
                    for name, branches in {
                        "a": [{"type": "string", "pattern": "^x"}, {"type": "string"}],
                        "b": [
                            {"type": "array", "items": {"type": "string"}, "minItems": 1},
                            {"type": "array"},
                        ],
                        "c": [{"type": "object", "required": ["x"]}, {"type": "object"}],
                        "d": [
                            {"allOf": [{"type": "object"}, {"minProperties": 1}]},
                            {"type": "object"},
                        ],
                        "e": [
                            {"oneOf": [{"type": "array"}, {"type": "object"}]},
                            {"type": "object"},
                        ],
                        "f": [{"not": {"type": "string"}}, {"type": "object"}, {"enum": [1, 2]}],
                        "g": [{"type": "string"}, {"const": 5}, {"type": "integer"}],
                        "h": [{"type": "string"}, {"enum": [5, 6]}, {"type": "integer"}],
                        "i": [
                            {"type": "array"},
                            {"type": ["null", "array"]},
                            {"$ref": "#/$defs/weights/properties/g"},
                        ],
                    }.items()
                },
            }
        },
        **_nested(9, {"$ref": "#/$defs/weights"}),
    },
    "not contains, denied": {
        "type": "array",
        "minItems": 1,
        "items": {"const": 1},
        "not": {"contains": {"not": {"pattern": "^a$"}}},
    },
    "not oneOf, of parts far apart": {
        "enum": [1],
        "not": {"oneOf": [{"type": "integer"}, {"type": "string"}, {"minimum": 0}]},
    },
    "not minProperties, before anyOf": {
        "type": "object",
        "not": {"minProperties": 3, "required": ["z"]},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}, {"required": ["c"]}],
    },
    "not properties, false": {
        "type": "object",
        "required": ["a"],
        "not": {"properties": {"a": False}},
    },
    "not const, of a list": {"enum": [1, 2, 3, 4, 5, 6], "not": {"const": 4}},
    "not another type, and more": {"type": "integer", "not": {"type": "string", "minLength": 3}},
    "not another list, and more": {"type": "integer", "not": {"enum": ["a"], "minimum": 3}},
    "not other types, and more": {
        "type": "integer",
        "not": {"anyOf": [{"type": "string"}, {"type": "null"}], "maximum": 3},
    },
    "not a reference to another type, and more": {
        "$defs": {"a": {"type": "string"}},
        "type": "integer",
        "not": {"$ref": "#/$defs/a", "maximum": 3},
    },
    "not pattern, and more": {"not": {"pattern": "^a", "maxLength": 3}},
    "not properties or items": {
        "not": {"properties": {"a": {"type": "string"}}, "items": {"type": "string"}}
    },
    "not if, with else that is bare": {
        "type": "integer",
        "not": {"if": {"minimum": 5}, "else": {"multipleOf": 2}},
    },
    "dependentSchemas, deep": _nested(
        3,
        {
            "type": "object",
            "properties": {"a": {}, "b": {}},
            "dependentSchemas": {"a": {"properties": {"b": {"const": 1}}}},
        },
    ),
    "contains, deep": _nested(7, {"type": "array", "contains": {"const": 1}}),
    "examples, of two": {
        "type": "integer",
        "examples": list(range(5)),
        "allOf": [{"examples": list(range(5, 10))}],
    },
    "unevaluatedItems, behind two prefixes": {
        "type": "array",
        "allOf": [{"prefixItems": [{"const": 1}, {"const": 2}]}],
        "prefixItems": [True],
        "unevaluatedItems": {"const": 3},
        "minItems": 4,
    },
    "multipleOf, beyond the usual part": {
        "type": "object",
        "properties": {"price": {"type": "number", "multipleOf": 700}},
        "required": ["price"],
    },
    "integers, up to 0": {"type": "integer", "maximum": 0},
    "integers, up to a million and one": {"type": "integer", "minimum": 0, "maximum": 1000001},
    "deep constants": {"const": {"a": [{"b": None}, True, 1.5]}},
}

_OLDER: list[tuple[str, str, dict[str, Any]]] = [
    (
        "draft-04",
        "bounds",
        {
            "type": "number",
            "minimum": 3,
            "exclusiveMinimum": True,
            "maximum": 4,
            "exclusiveMaximum": True,
        },
    ),
    (
        "draft-04",
        "additionalItems",
        {
            "type": "array",
            "items": [{"type": "string"}],
            "additionalItems": {"type": "null"},
            "minItems": 3,
        },
    ),
    (
        "draft-04",
        "id",
        {
            "id": "http://x.test/a",
            "definitions": {"a": {"id": "#b", "type": "null"}},
            "$ref": "#/definitions/a",
        },
    ),
    ("draft-04", "not items", {"type": "array", "not": {"items": {"not": {"enum": ["a"]}}}}),
    (
        "draft-06",
        "dependencies",
        {
            "type": "object",
            "dependencies": {"a": ["b"], "b": {"required": ["c"]}},
            "required": ["a"],
        },
    ),
    (
        "draft-07",
        "$ref beside type",
        {
            "$ref": "#/definitions/a",
            "type": "string",
            "definitions": {"a": {"type": "integer"}},
        },
    ),
    (
        "draft-07",
        "$id as anchor",
        {"definitions": {"a": {"$id": "#here", "const": 3}}, "allOf": [{"$ref": "#here"}]},
    ),
    (
        "draft-07",
        "metaschema",
        {
            "type": "object",
            "properties": {"s": {"$ref": "http://json-schema.org/draft-07/schema#"}},
        },
    ),
    (
        "draft-04",
        "bounds of integers",
        {
            "type": "integer",
            "minimum": 3,
            "exclusiveMinimum": True,
            "maximum": 5,
            "exclusiveMaximum": True,
        },
    ),
    (
        "draft-07",
        "not if",
        {"type": "integer", "not": {"if": {"minimum": 5}, "then": {"maximum": 9}}},
    ),
    (
        "draft-04",
        "not bounds",
        {
            "type": "integer",
            "not": {
                "minimum": 3,
                "exclusiveMinimum": True,
                "maximum": 7,
                "exclusiveMaximum": True,
            },
        },
    ),
    (
        "draft-04",
        "keywords of later drafts",
        {"type": "string", "const": 5, "if": {}, "then": False, "contains": False},
    ),
    (
        "draft-06",
        "items of a list, chosen",
        {
            "oneOf": [
                {
                    "type": "array",
                    "items": [{"type": "integer"}],
                    "additionalItems": False,
                    "minItems": 1,
                },
                {
                    "type": "array",
                    "items": [{"type": "string"}],
                    "additionalItems": {"type": "null"},
                    "minItems": 2,
                },
            ]
        },
    ),
    (
        "draft-07",
        "not items of a list",
        {"type": "array", "not": {"items": [True, {"type": "string"}]}},
    ),
    (
        "draft-07",
        "not beside $ref",
        {
            "definitions": {"a": {"type": "integer"}},
            "type": ["integer", "string"],
            "not": {"$ref": "#/definitions/a", "type": "string"},
        },
    ),
    (
        "draft-07",
        "contains",
        {"type": "array", "contains": {"const": 1}, "minContains": 3, "maxItems": 1},
    ),
    (
        "draft-07",
        "oneOf of references",
        {
            "definitions": {"a": {"type": "integer"}, "b": {"type": "number", "maximum": 3}},
            "oneOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/b"}],
        },
    ),
    (
        "draft-07",
        "additionalItems, unevaluated",
        {"type": "array", "items": [{"const": 1}], "unevaluatedItems": False},
    ),
    (
        "draft/2019-09",
        "dependencies",
        {
            "type": "object",
            "required": ["a"],
            "dependentRequired": {"a": ["b"]},
            "dependentSchemas": {"b": {"required": ["c"]}},
        },
    ),
    (
        "draft/2019-09",
        "unevaluatedItems",
        {
            "type": "array",
            "items": [{"const": 1}],
            "unevaluatedItems": {"const": 2},
            "minItems": 3,
        },
    ),
    (
        "draft/2019-09",
        "unevaluatedItems and additionalItems",
        {
            "type": "array",
            "items": [{"const": 1}],
            "additionalItems": {"const": 3},
            "unevaluatedItems": {"const": 2},
            "minItems": 1,
        },
    ),
]
OLDER: dict[str, Any] = {
    f"{draft}: {name}": {"$schema": f"http://json-schema.org/{draft}/schema#", **schema}
    for draft, name, schema in _OLDER
}

# What no value is found for; errors are part of what is kept the same.
REFUSED: dict[str, Any] = {
    "false": False,
    "types": {"type": "string", "allOf": [{"type": ["integer", "null"]}]},
    "bounds": {"type": "number", "minimum": 3, "exclusiveMaximum": 3},
    "open bounds of integers": {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 4},
    "multipleOf": {"type": "number", "multipleOf": 2.5, "minimum": 3, "maximum": 4},
    "multipleOf, denied": {"type": "integer", "not": {"multipleOf": 1}},
    "multipleOf, denied, of numbers": {
        "type": "number",
        "multipleOf": 0.5,
        "minimum": 1,
        "not": {"multipleOf": 0.5},
    },
    "multipleOf, not in binary": {"type": "integer", "multipleOf": 1e-300, "minimum": 10**308},
    "numbers, denied": {"type": "number", "minimum": 1.5, "maximum": 1.5, "not": {"const": 1.5}},
    "lists": {"enum": [1, 2], "allOf": [{"enum": [3]}]},
    "lists and bounds": {"enum": ["a", 1], "minLength": 3, "maximum": 0},
    "lists, denied": {"enum": ["a", 1], "not": {"enum": ["a", 1, 2]}},
    "minLength": {"type": "string", "minLength": 2_000_000},
    "pattern and lengths": {
        "type": "string",
        "pattern": "^(?!a).$",
        "minLength": 1,
        "maxLength": 1,
        "not": {"pattern": ""},
    },
    "patterns": {"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "^b"}]},
    "pattern that nothing matches": {"type": "string", "pattern": "a^"},
    "all strings, denied": {"type": "string", "not": {"pattern": ""}},
    "format, denied": {"type": "string", "format": "date", "not": {"format": "date"}},
    "contains": {
        "type": "array",
        "contains": {"type": "integer"},
        "maxContains": 1,
        "items": {"type": "integer"},
        "minItems": 2,
    },
    "contains, of nothing": {"type": "array", "contains": False},
    "contains, without room": {"type": "array", "contains": True, "maxItems": 0},
    "contains, more than there may be": {
        "type": "array",
        "contains": {"const": 1},
        "minContains": 3,
        "maxItems": 2,
    },
    "items, false": {"type": "array", "items": False, "minItems": 1},
    "items that never differ": {
        "type": "array",
        "items": {"maxLength": 0, "type": "string"},
        "uniqueItems": True,
        "minItems": 2,
    },
    "items of any kind": {"type": "array", "uniqueItems": True, "minItems": 9000},
    "required": {"type": "object", "required": ["a"], "properties": {"a": False}},
    "required, by names": {
        "type": "object",
        "required": ["abc"],
        "propertyNames": {"maxLength": 2},
    },
    "required, by patterns": {
        "type": "object",
        "required": ["abc"],
        "patternProperties": {"b": False},
    },
    "required, unevaluated": {"type": "object", "required": ["a"], "unevaluatedProperties": False},
    "required, of two schemas": {
        "type": "object",
        "required": ["a"],
        "allOf": [
            {"properties": {"a": {"type": "string"}}},
            {"properties": {"a": {"type": "null"}}},
        ],
        "anyOf": [True],
    },
    "required, that contradict": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"const": 5}},
        "allOf": [{"properties": {"a": {"not": {"const": 5}}}}],
        "anyOf": [True],
    },
    "required and not": {"type": "object", "required": ["a"], "not": {"required": ["a"]}},
    "minProperties": {
        "type": "object",
        "minProperties": 2,
        "properties": {"a": {}},
        "additionalProperties": False,
    },
    "minProperties, by names": {
        "type": "object",
        "minProperties": 4,
        "propertyNames": {"enum": ["a", "b", "c"]},
    },
    "minProperties, of impossible names": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"minLength": 2, "maxLength": 1},
    },
    "minProperties, of impossible values": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "string", "minLength": 2, "maxLength": 1},
    },
    "dependency": {
        "type": "object",
        "required": ["a"],
        "dependentRequired": {"a": ["b"]},
        "properties": {"b": False},
    },
    "dependency, chosen": {
        "type": "object",
        "required": ["a"],
        "dependentRequired": {"a": ["b"]},
        "properties": {"b": False},
        "anyOf": [True],
    },
    "anyOf": {"anyOf": [{"type": "string"}, {"type": "integer"}], "type": "null"},
    "anyOf, in anyOf": {
        "anyOf": [{"anyOf": [{"minimum": 3}, {"const": 2}]}],
        "type": "string",
        "not": {"type": "string"},
    },
    "oneOf": {"oneOf": [{"type": "integer"}, {"type": "integer"}]},
    "oneOf, of all": {"type": "string", "oneOf": [True, {"minLength": 0}]},
    "oneOf, of patterns": {"type": "string", "oneOf": [{"pattern": "a"}, {"pattern": "a+"}]},
    "if": {"type": "integer", "if": True, "then": False},
    "not everything": {"not": True},
    "not a reference": {
        "$defs": {"a": {"type": "string"}},
        "$ref": "#/$defs/a",
        "not": {"$ref": "#/$defs/a"},
    },
    "not anything of a type": {"type": "boolean", "not": {"type": ["boolean", "null"]}},
    "not a pattern": {"type": "string", "maxLength": 0, "not": {"pattern": "^$"}},
    "many combinations": {
        "type": "object",
        "maxProperties": 8,
        "allOf": [
            {"anyOf": [{"required": [f"a{at}"]}, {"required": [f"b{at}"]}]} for at in range(12)
        ],
    },
    "kinds, none certain": {
        "type": ["string", "array"],
        "pattern": "^(?!a)a$",
        "items": {"type": "null"},
        "uniqueItems": True,
        "minItems": 2,
    },
    "endless": {
        "$defs": {
            "a": {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/$defs/a"}}}
        },
        "$ref": "#/$defs/a",
    },
    "references in a circle": {
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
        "$ref": "#/$defs/a",
    },
    "no value met the keyword": {
        "type": "array",
        "items": {"type": "integer"},
        "maxItems": 1,
        "not": {"uniqueItems": True},
    },
    "not properties, contradicting": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"const": 5}},
        "not": {"properties": {"a": {"const": 5}}},
    },
    "not, in two ways": {
        "type": "object",
        "maxProperties": 0,
        "not": {"patternProperties": {"^x": False}, "dependencies": {"a": ["b"]}},
    },
    "not, and branches": {
        "type": "string",
        "anyOf": [{"maxLength": 3}, {"maxLength": 2}],
        "not": {"maxLength": 9},
    },
    "not additionalProperties": {
        "type": "object",
        "required": ["extra"],
        "not": {"properties": {"extra": {}}, "additionalProperties": {"type": "string"}},
    },
    "not prefixItems": {
        "type": "array",
        "maxItems": 1,
        "not": {"prefixItems": [True, {"type": "string"}]},
    },
    "in a part: minProperties": _nested(
        1, {"type": "object", "minProperties": 2, "propertyNames": {"const": "a"}}
    ),
    "in a part: numbers": _nested(
        1, {"type": "number", "minimum": 1.5, "maximum": 1.5, "not": {"const": 1.5}}
    ),
    "in a part: lists": _nested(1, {"enum": [1, 2], "minimum": 3}),
    "flaw": {"type": "string", "required": True, "pattern": "^(?!a)a$"},
    "flaw, of a list": {"enum": 5},
    "flaw, of items": {
        "type": "array",
        "not": {"prefixItems": True, "maxItems": "x", "minItems": 1},
    },
    "flaw, of a keyword": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": 5, "b": {"minLength": "x"}},
    },
}
# They break their metaschema, and are used as far as they are clear.
FLAWED: dict[str, Any] = {
    "bounds": {"type": "integer", "minimum": "x", "maximum": None, "exclusiveMinimum": True},
    "bounds, chosen": {
        "type": "integer",
        "oneOf": [
            {
                "minimum": "x",
                "maximum": None,
                "exclusiveMinimum": "y",
                "exclusiveMaximum": None,
                "multipleOf": 0,
            }
        ],
    },
    "multipleOf": {"type": "integer", "multipleOf": -3},
    "examples": {"type": "integer", "examples": 5},
    "types": {"type": ["string", "strin"]},
    "a schema as a type": {"type": [{"type": "integer"}]},
    "required": {
        "type": "object",
        "properties": {"a": {"type": "integer", "required": True}},
        "required": ["a"],
    },
    "required, denied": {
        "type": "object",
        "not": {"required": True, "minLength": "x", "maxLength": None, "minimum": "y", "const": 5},
    },
    "format": {"type": "string", "format": 5, "description": 7},
    "anyOf": {"type": "string", "anyOf": []},
    "dependency on a name": {"type": "object", "required": ["a"], "dependencies": {"a": "b"}},
    "dependency on a name, chosen": {
        "type": "object",
        "required": ["a"],
        "dependencies": {"a": "b"},
        "anyOf": [True],
        "oneOf": [True, False],
    },
}


def _combined() -> dict[str, list[Any]]:
    """Schemas made of each that refers to nothing: denied, one of two, together with two others of
    its type, beside another in an object and in an array of different items.
    """
    plain = {
        name: schema
        for name, schema in SCHEMAS.items()
        if not any(word in str(schema) for word in ("$ref", "$defs", "$dynamic", "$id", "nchor"))
    }
    by_type: dict[str, list[Any]] = {}
    for schema in plain.values():
        by_type.setdefault(str(_type_of(schema)), []).append(schema)
    combined = {}
    for name, schema in plain.items():
        like = by_type[str(_type_of(schema))]
        place = like.index(schema)
        others = [like[(place + step) % len(like)] for step in (1, 3)]
        combined[name] = [
            {"not": schema},
            *({"allOf": [schema, other]} for other in others),
            {"oneOf": [schema, others[0]]},
            {"if": schema, "then": others[0], "else": others[1], "not": {"const": None}},
            {"properties": {"thing": schema, "name": others[0]}, "required": ["name"]},
            {"type": "array", "items": schema, "uniqueItems": True, "minItems": 3},
        ]
    return combined


def _type_of(schema: Any) -> Any:
    return schema.get("type") if isinstance(schema, dict) else None


COMBINED = _combined()

PATTERNS = [
    "^[a-z]{2,5}$",
    "^\\d{3}-\\d{4}$",
    "^(foo|bar)+$",
    "[^a-z]",
    "^\\w+@\\w+\\.(com|org)$",
    "^\\S+ \\S+$",
    "^\\u0041\\x42\\cJ?$",
    "^\\p{Lu}\\p{Ll}+$",
    "^a{3}b{2,}c{0,1}$",
    "^(?:a|b(?:c|d))*$",
    "^[\\w.-]+$",
    "^[]a]?$|x",
    "\\bword\\b",
    "^[\\s\\S]{5}$",
    "^(?i)abc$",
    "^(?=.{6,10}$)[a-z]+\\d+$",
    "^(?!www\\.)[a-z]+\\.[a-z]{2,3}$",
    "^(?<!x)y$",
    "^[\\u4e00-\\u9fa5]{2}$",
    "^\\$\\{[^}]+\\}$",
    "^$",
    "",
    "^a(?#comment)b$",
    "^(?P<x>[ab])c(?P=x)$",
    "^([ab])([cd])\\2\\1$",
    "^(?<q>['\"])x\\k<q>$",
    "\\Aab\\z",
    "\\A[a-f]+\\Z",
    "^\\u{1F600}$",
    "^\\uD83D\\uDE00$",
    "^[[:alpha:][:digit:]]{4}$",
    "^[a-\\d]$",
    "^[\\b]?x$",
    "^[^\\W\\d]+$",
    "^[\\D]{3}$",
    "^\\p{Letter}\\p{gc=Nd}\\pL$",
    "^\\p{Script=Greek}{2}\\P{L}$",
    "^\\p{Unknown}$",
    "^\\x4g?\\u12$",
    "^\\t\\cM$",
    "^.{3}$",
    "(?s)^.{2}\\n.$",
    "^(?:a|bb|ccc){2,3}$",
    "^(a{2}){3}$",
    "^a??b*?c+?$",
    "^a{,3}$",
    "^a{2$",
    "^[^ -~]$",
    "^(?=[a-z])(?=.*\\d)\\w{4,6}$",
    "^(?=a)\\w$",
    "^(?>ab|c)d$",
    "^(?i:x)(?-i)y$",
    "^\\/\\-\\.$",
    "^[-a]$",
    "^[a-]$",
    "^[\\]\\^]$",
    "^(|a)b$",
]
