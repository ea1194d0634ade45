"""Strings by `format`: the formats of the specification, then common inventions."""

from __future__ import annotations

from mockserver.schemas.providers import (
    PROVIDERS,
    Provider,
    date,
    date_time,
    duration,
    email,
    host,
    iban,
    ipv4,
    ipv6,
    isbn,
    phone,
    time,
    url,
    uuid,
)
from mockserver.schemas.words import WORDS

# `format` values; those of the specification first, then common inventions. Short forms serve a
# small maxLength.
FORMATS: dict[str, tuple[Provider, ...]] = {
    "date-time": (date_time,),
    "date": (date,),
    "time": (time,),
    "duration": (duration, lambda rng: f"P{rng.between(1, 9)}D"),
    "email": (email, lambda rng: f"{rng.choice('abcdefgh')}@b{rng.choice('cdefgh')}.co"),
    "idn-email": (email, lambda rng: f"{rng.choice('abcdefgh')}@b{rng.choice('cdefgh')}.co"),
    "hostname": (host, lambda rng: rng.choice(WORDS)),
    "idn-hostname": (host, lambda rng: rng.choice(WORDS)),
    "ipv4": (ipv4, lambda _: "10.0.0.1"),
    "ipv6": (ipv6, lambda _: "::1"),
    "uuid": (uuid,),
    "uri": (
        url,
        lambda rng: f"http://{rng.choice('abcdefgh')}.io",
        lambda rng: f"{url(rng)}/{'x' * 200}",
    ),
    "uri-reference": (
        lambda rng: f"/{rng.choice(WORDS)}/{rng.choice(WORDS)}",
        lambda rng: "/" + rng.choice("abcdefgh"),
        url,
    ),
    "iri": (url, lambda rng: f"http://{rng.choice('abcdefgh')}.io"),
    "iri-reference": (
        lambda rng: f"/{rng.choice(WORDS)}/{rng.choice(WORDS)}",
        lambda rng: "/" + rng.choice("abcdefgh"),
        url,
    ),
    "uri-template": (
        lambda rng: f"https://{host(rng)}/{rng.choice(WORDS)}/{{id}}",
        lambda _: "/{id}",
    ),
    "json-pointer": (lambda rng: f"/{rng.choice(WORDS)}/{rng.below(10)}", lambda _: ""),
    "relative-json-pointer": (lambda rng: f"{rng.below(3)}/{rng.choice(WORDS)}", lambda _: "0"),
    "regex": (PROVIDERS["pattern"], lambda _: "a+"),
    "host-name": (host, lambda rng: rng.choice(WORDS)),
    "ip-address": (ipv4,),
    "ip": (ipv4,),
    "url": (url,),
    "color": (PROVIDERS["color"],),
    "phone": (phone,),
    "byte": (lambda rng: f"{rng.below(16**8):08x}",),
    "uuid4": (uuid,),
    "guid": (uuid,),
    "datetime": (date_time,),
    "password": (PROVIDERS["password"],),
    "iban": (iban,),
    "isbn": (isbn,),
}
