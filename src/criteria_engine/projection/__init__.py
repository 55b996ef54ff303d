"""Looking ahead: plans and their targets, what is expected of them, and how sure that is.

Read ``context`` first (what a projection starts from), then ``arithmetic`` (paths, and what every method
answers), ``hazard_method`` and ``scores_method`` (which draws: ``value_steps``, ``drawn_values``) and the
table of ``methods``. ``outlook`` judges the targets, ``projection`` has the public verb, looks back, and says
what came of it; ``chart`` draws it.
"""
