"""Strings by the keyword `format`: those of the specification, and those that pydantic, zod and
others emit. Each has providers of believable values, tried in turn, and a pattern of plain ones,
which is met together with other patterns and lengths.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from mockserver.schemas.providers import PROVIDERS
from mockserver.schemas.rng import Rng
from mockserver.schemas.words import Provider


class Format(NamedTuple):
    """Values of one format. patterns: what they look like, the usual ones first; none where no
    pattern says it.
    """

    providers: tuple[Provider, ...]
    patterns: tuple[str, ...] = ()


_hex = PROVIDERS["token"]
_word = PROVIDERS["word"]
_host = PROVIDERS["host"]
_url = PROVIDERS["url"]
_email = PROVIDERS["email"]
_date_time = PROVIDERS["date_time"]
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ALPHANUMERIC = f"0123456789{_LETTERS}"
_URL_SAFE = f"{_ALPHANUMERIC}{_LETTERS.upper()}_-"


def _run(letters: str, count: int, rng: Rng) -> str:
    """So many characters of these."""
    return "".join(rng.choice(letters) for _ in range(count))


def _uuid_of(version: int, rng: Rng) -> str:
    """A UUID of a version (RFC 9562). Those that hold a time hold one of 2020 to 2026."""
    digits = f"{rng.below(16**32):032x}"
    if version == 7:
        digits = f"{rng.between(1_577_836_800_000, 1_798_761_600_000):012x}{digits[12:]}"
    digits = f"{digits[:12]}{version}{digits[13:16]}{'89ab'[rng.below(4)]}{digits[17:]}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _base64(rng: Rng) -> str:
    return base64.b64encode(f"{_word(rng)} {_word(rng)}".encode()).decode()


def _base64url(rng: Rng) -> str:
    return base64.urlsafe_b64encode(f"{_word(rng)} {_word(rng)}".encode()).decode()


def _jwt(rng: Rng) -> str:
    """A token whose parts can be read and whose signature is none (RFC 7519)."""
    claims = f'{{"sub":"{_word(rng)}","iat":{rng.between(1_600_000_000, 1_790_000_000)}}}'
    parts = ('{"alg":"HS256","typ":"JWT"}', claims)
    encoded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, _run(_URL_SAFE, 43, rng)])


def _name_email(rng: Rng) -> str:
    return f"{PROVIDERS['full_name'](rng)} <{_email(rng)}>"


def _ulid(rng: Rng) -> str:
    moment = rng.between(1_577_836_800_000, 1_798_761_600_000)
    time = "".join(_CROCKFORD[moment >> shift & 31] for shift in range(45, -1, -5))
    return time + _run(_CROCKFORD, 16, rng)


def _ksuid(rng: Rng) -> str:
    return f"{rng.choice('012')}{_run(_ALPHANUMERIC, 26, rng)}"


def _ipv6_network(rng: Rng) -> str:
    return f"2001:db8:{rng.between(1, 0xFFFF):x}::/48"


def _ipv4_interface(rng: Rng) -> str:
    return f"{PROVIDERS['ipv4'](rng)}/24"


def _duration(rng: Rng) -> str:
    return PROVIDERS["duration"](rng)


def _duration_without_days(rng: Rng) -> str:
    return f"PT{rng.between(1, 23)}H{rng.between(1, 59)}M"


def _decimal(rng: Rng) -> str:
    return f"{rng.between(1, 999)}.{rng.below(100):02d}"


def _dsn(rng: Rng) -> str:
    return f"postgres://user:secret@{_host(rng)}:5432/{_word(rng)}"


def _phone(rng: Rng) -> str:
    return PROVIDERS["phone"](rng)


def _e164(rng: Rng) -> str:
    return _phone(rng).replace("-", "")


_EMAIL = r"^[A-Za-z0-9]+([._+-][A-Za-z0-9]+)*@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,8}$"
_HOST = r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\.[A-Za-z0-9]+(-[A-Za-z0-9]+)*)*$"
_HTTPS = (
    r"^https?://[a-z][a-z0-9-]*[a-z0-9](\.[a-z]{2,6}){1,2}"
    r"(/[a-z0-9._~-]+)*/?(\?[a-z]+=[A-Za-z0-9]+)?$"
)
_URI = (
    r"^[a-z][a-z0-9+.-]*://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[1-9]\d{0,3})?"
    r"(/[A-Za-z0-9._~-]*)*(\?[A-Za-z0-9=&_.-]*)?(#[A-Za-z0-9_-]*)?$"
)
_URI_REFERENCE = r"^(/[A-Za-z0-9._~-]+)*/?[A-Za-z0-9._~-]*(\?[A-Za-z0-9=&_.-]*)?(#[A-Za-z0-9_-]*)?$"
_DATE = r"(19[5-9]\d|20[0-4]\d)-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-2]):[0-5]\d)"
_DURATION = (
    r"^P(\d{1,3}W|(\d{1,2}Y)?(\d{1,2}M)?\d{1,3}D(T\d{1,2}H(\d{1,2}M(\d{1,2}S)?)?)?"
    r"|T\d{1,3}[HMS]|T\d{1,2}H\d{1,2}M(\d{1,2}S)?)$"
)
_BYTE = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"{_BYTE}(\.{_BYTE}){{3}}"
_IPV6 = r"[0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){7}"
_HEX = "[0-9A-Fa-f]"


def _uuid_pattern(version: str) -> str:
    return rf"^{_HEX}{{8}}-{_HEX}{{4}}-{version}{_HEX}{{3}}-[89ABab]{_HEX}{{3}}-{_HEX}{{12}}$"


_uuid = Format((PROVIDERS["uuid"],), (_uuid_pattern("[1-8]"),))
_uuid4 = Format((partial(_uuid_of, 4),), (_uuid_pattern("4"),))
_ipv4 = Format((PROVIDERS["ipv4"], lambda _: "10.0.0.1"), (f"^{_IPV4}$",))
_ipv6 = Format((PROVIDERS["ipv6"], lambda _: "::1"), (f"^{_IPV6}$",))
_ipv4_net = Format((PROVIDERS["cidr"],))
_ipv6_net = Format((_ipv6_network,))
_mac = Format((PROVIDERS["mac"],), (rf"^{_HEX}{{2}}(:{_HEX}{{2}}){{5}}$",))
_instant = Format((_date_time,), (f"^{_DATE}T{_TIME}$",))
_color = Format((PROVIDERS["hex_color"],))
_iso_duration = Format(
    (_duration, lambda rng: f"P{rng.between(1, 9)}D", _duration_without_days), (_DURATION,)
)


def _letter(rng: Rng) -> str:
    return rng.choice("abcdefgh")


def _short_email(rng: Rng) -> str:
    return f"{_letter(rng)}@b{rng.choice('cdefgh')}.co"


def _short_url(rng: Rng) -> str:
    return f"http://{_letter(rng)}.io"


def _uri_path(rng: Rng) -> str:
    return f"/{_word(rng)}/{_word(rng)}"


def _short_uri_path(rng: Rng) -> str:
    return f"/{_letter(rng)}"


_mail = Format((_email, _short_email), (_EMAIL,))
_hostname = Format((_host, _word), (_HOST,))
_address = Format((_url, _short_url, lambda rng: f"{_url(rng)}/{'x' * 200}"), (_HTTPS, _URI))
_reference = Format((_uri_path, _short_uri_path, _url), (_URI_REFERENCE,))
_base64_text = Format((_base64,), (r"^([A-Za-z0-9+/]{4})*$",))
_path = Format((PROVIDERS["path"],), (r"^/?[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.[a-z0-9]{1,5})?$",))

FORMATS: Mapping[str, Format] = {
    # The specification's own.
    "date-time": _instant,
    "date": Format((PROVIDERS["date"],), (f"^{_DATE}$",)),
    "time": Format((lambda rng: _date_time(rng).partition("T")[2],), (f"^{_TIME}$",)),
    "duration": _iso_duration,
    "email": _mail,
    "idn-email": _mail,
    "hostname": _hostname,
    "idn-hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "uuid": _uuid,
    "uri": _address,
    "uri-reference": _reference,
    "iri": _address,
    "iri-reference": _reference,
    "uri-template": Format(
        (lambda rng: f"https://{_host(rng)}/{_word(rng)}/{{id}}", lambda _: "/{id}")
    ),
    "json-pointer": Format(
        (lambda rng: f"/{_word(rng)}/{rng.below(10)}", lambda _: ""), (r"^(/[A-Za-z0-9_-]*)*$",)
    ),
    "relative-json-pointer": Format((lambda rng: f"{rng.below(3)}/{_word(rng)}", lambda _: "0")),
    "regex": Format((PROVIDERS["pattern"], lambda _: "a+")),
    # pydantic's: https://docs.pydantic.dev/latest/api/json_schema/
    **{
        f"uuid{version}": Format((partial(_uuid_of, version),), (_uuid_pattern(str(version)),))
        for version in range(1, 9)
    },
    "ipv4network": _ipv4_net,
    "ipv4interface": Format((_ipv4_interface,)),
    "ipv6network": _ipv6_net,
    "ipv6interface": _ipv6_net,
    "ipvanyaddress": _ipv4,
    "ipvanyinterface": Format((_ipv4_interface,)),
    "ipvanynetwork": _ipv4_net,
    "binary": Format((_word,)),
    "base64": _base64_text,
    "base64url": Format((_base64url,), (r"^([A-Za-z0-9_-]{4})*$",)),
    "name-email": Format((_name_email,)),
    "path": _path,
    "file-path": _path,
    "directory-path": Format((PROVIDERS["directory"],)),
    "multi-host-uri": Format((_dsn,)),
    "json-string": Format((PROVIDERS["json"],)),
    "password": Format((PROVIDERS["password"],)),
    "color": _color,
    "fraction": Format((lambda rng: f"{rng.between(1, 9)}/{rng.between(2, 9)}",)),
    "decimal": Format((_decimal,), (r"^\d{1,6}(\.\d{1,6})?$",)),
    # zod's: https://zod.dev/json-schema
    "guid": _uuid,
    "cidrv4": _ipv4_net,
    "cidrv6": _ipv6_net,
    "nanoid": Format((partial(_run, _URL_SAFE, 21),), ("^[A-Za-z0-9_-]{21}$",)),
    "cuid": Format((lambda rng: "c" + _run(_ALPHANUMERIC, 24, rng),), ("^[cC][a-z0-9]{24}$",)),
    "cuid2": Format(
        (lambda rng: _letter(rng) + _run(_ALPHANUMERIC, 23, rng),), ("^[a-z][a-z0-9]{23}$",)
    ),
    "ulid": Format((_ulid,), (f"^[0-7][{_CROCKFORD}]{{25}}$",)),
    "ksuid": Format((_ksuid,), ("^[A-Za-z0-9]{27}$",)),
    "xid": Format((partial(_run, "0123456789abcdefghijklmnopqrstuv", 20),), ("^[0-9a-v]{20}$",)),
    "emoji": Format((lambda rng: rng.choice("😀😂🚀🎉🔥🌍🍕"),)),
    "e164": Format((_e164,), (r"^\+[1-9]\d{6,14}$",)),
    "jwt": Format((_jwt,)),
    "mac": _mac,
    "hex": Format((_hex,), (f"^({_HEX}{{2}})+$",)),
    # Common inventions.
    "mac-address": _mac,
    "host-name": _hostname,
    "ip-address": _ipv4,
    "ip": _ipv4,
    "url": Format((_url,), (_HTTPS, _URI)),
    "phone": Format((_phone,)),
    "phone-number": Format((_e164,), (r"^\+[1-9]\d{6,14}$",)),
    "byte": Format((_base64,), (r"^([A-Za-z0-9+/]{4})*$",)),
    "uuid-v4": _uuid4,
    "datetime": _instant,
    "iban": Format((PROVIDERS["iban"],)),
    "isbn": Format((PROVIDERS["isbn"],)),
    "country-code": Format((PROVIDERS["country_code"],)),
    "currency": Format((PROVIDERS["currency"],)),
    "semver": Format((PROVIDERS["version"],)),
}
