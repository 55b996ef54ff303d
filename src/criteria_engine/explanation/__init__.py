"""From a result to the reasons for it, in words."""
