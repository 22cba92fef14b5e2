"""What a step means: (protocol, kind, verb, state, octets) -> title, what, why, RFC, and which octets mean what."""

from mailedu.explain.lookup import explain
from mailedu.explain.model import Digit, Explanation, Key, Span

__all__ = ["Digit", "Explanation", "Key", "Span", "explain"]
