"""What can go wrong with the embedded servers, in words that say what to do about it."""


class StackError(Exception):
    """The stack cannot start or go on as asked; the text is meant for the person who asked."""


class AlreadyRunning(StackError):
    """Another stack uses the same state folder."""


class PortTaken(StackError):
    """Someone else listens where a part of the stack would."""


class PartFailed(StackError):
    """A part ended, or was not ready in time; the text quotes the end of its log."""
