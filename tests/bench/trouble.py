class Trouble(Exception):
    """Something could not be measured: no figure is right or wrong because of it."""


class NotHere(Trouble):
    """Nothing can be measured on this machine."""
