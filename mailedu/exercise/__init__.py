"""Exercises: questions as data, answers computed from journeys, marks, tries, progress.

`load.find("pop3/reply-octets")` reads a file, `Question(exercise, seed)` makes it for one learner, `Trying(question)`
is one person at it. `docs/authoring.md` tells how to write one.
"""
