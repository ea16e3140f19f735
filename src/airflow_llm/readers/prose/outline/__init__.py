"""The reader of long structured descriptions, stage by stage.

`lines` and `sentences` split the text; `tasks` finds the tasks; `mentions` finds them again in any words; `order` says
what follows what; `documents` brings every layout into one form; `settings` and `steps` read the rest; `reading` puts
the pipeline together.
"""
