"""POP3 (RFC 1939, 2449) as machines that touch nothing: a server, a client that also listens, the table both read."""

from mailedu.pop3.client import Client
from mailedu.pop3.maildrop import Maildrop, Message, Stored
from mailedu.pop3.server import Policy, Server
from mailedu.pop3.session import Session
from mailedu.pop3.states import State, Verb

__all__ = ["Client", "Maildrop", "Message", "Policy", "Server", "Session", "State", "Stored", "Verb"]
