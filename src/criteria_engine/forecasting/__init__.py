"""Series and counts to distributions; nothing here knows a plan."""
