"""Plans, rosters and recognitions: what is set down, and what has happened.

Read ``roster`` first (units, their names and their days), then ``plan`` and ``plan_file``. What happened
comes as the lives of titles (``recognition_events``, ``recognition_standing``, ``recognition``) or as rows
of units by year (``unit_status``); ``history`` says from the rows who holds a recognition in a year.
``assessed`` reads what units scored.
"""
