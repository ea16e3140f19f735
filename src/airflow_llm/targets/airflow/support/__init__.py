"""The source of `staging.py`: ordinary modules, tested as such, of which each bundle gets the functions it uses."""
