"""The certificate with which a server speaks HTTPS."""

import ssl
from dataclasses import dataclass

from mockserver.settings import Settings


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM. file: the certificate, with those above it. key_file: its key, where the first
    does not hold it.
    """

    file: str
    key_file: str | None = None


def certificate_of(settings: Settings) -> Certificate | None:
    """The certificate that the settings name; None: the server speaks HTTP.

    Raises ValueError, which names the option and says why, for one that cannot be used.
    """
    if settings.certfile is None:
        if settings.keyfile is not None:
            raise ValueError(
                "--keyfile: no certificate is given that it belongs to. Do: add --certfile"
            )
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.certfile, settings.keyfile, password=_no_password)
    except OSError as error:  # SSLError is one too.
        files = " and ".join(filter(None, (settings.certfile, settings.keyfile)))
        raise ValueError(f"{files}: no certificate with its key: {_reason(error)}") from None
    return Certificate(settings.certfile, settings.keyfile)


def _no_password() -> str:
    raise ValueError("the key is locked by a password. Do: give one that is not, as a test has it")


def _reason(error: OSError) -> str:
    return str(getattr(error, "reason", None) or error.strerror or error)
