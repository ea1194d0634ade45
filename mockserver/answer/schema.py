"""The former path of `mockserver.schemas`."""

from mockserver.schemas import generate as generate
