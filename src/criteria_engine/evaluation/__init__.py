"""From values to a result, and to what is still missing."""
