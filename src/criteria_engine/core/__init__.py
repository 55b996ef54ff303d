"""Expression text, typed values, the closed graph of nodes, and its bounds."""
