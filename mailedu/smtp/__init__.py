"""SMTP (RFC 5321) as machines that touch nothing: a server, a client that also listens, and the table both read."""

from mailedu.smtp.client import Client
from mailedu.smtp.server import Policy, Server
from mailedu.smtp.session import Envelope, Session
from mailedu.smtp.states import State, Verb

__all__ = ["Client", "Envelope", "Policy", "Server", "Session", "State", "Verb"]
