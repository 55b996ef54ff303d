"""Tables: many assessments at once, in the kind of frame they come in.

Read ``evaluate_frame`` first: it reads what is asked of earlier periods, and picks the way. ``answers`` are the columns
that come back, ``frame_kinds`` what each kind of frame does in its own way. Frames in memory
are judged in ``blocks`` of ``arrays``; lazy ones by a ``plan`` over ``frame_inputs``.
"""
