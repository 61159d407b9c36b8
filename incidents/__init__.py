"""A platform for reporting hate crime, hate incidents and discrimination in Serbia."""

import gc

# A process makes a million objects when it starts, and keeps them: to look through them again and again meanwhile, as
# Python does by itself, took a fifth of every start and a tenth of what came after.
gc.set_threshold(50_000, 20, 20)
