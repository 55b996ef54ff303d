"""Plans, rosters and recognitions: what is set down, and what has happened."""
