"""The journey of a letter: scenarios are played, edited, and looked at scene by scene."""

from mailedu.journey.edit import Edit, EditError, Then
from mailedu.journey.engine import play
from mailedu.journey.journey import Journey
from mailedu.journey.scenario import Scenario, ScenarioError, load
from mailedu.journey.step import Kind, Leg, Stage, Step

__all__ = [
    "Edit", "EditError", "Journey", "Kind", "Leg", "Scenario", "ScenarioError", "Stage", "Step", "Then", "load", "play",
]  # fmt: skip
