"""From the parts of a ruleset to one program of core nodes."""
