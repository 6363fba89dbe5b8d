"""Groups of the writer's methods, one file a group; `base.py` says what a group may use of the writer."""
