"""From core nodes to something that runs."""
