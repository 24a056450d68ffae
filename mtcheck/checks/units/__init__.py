"""Rules on the messages of localisation files: a source beside its target, and the file as a whole.

Every family of rules is a file. Two rooms serve them all: ``grammar`` (what in a message is code, not
prose) and ``habits`` (what a whole file does as a rule, so that one message can be held to it).
"""
