"""What runs inside Airflow's own Python: the standard library, Airflow, DuckDB and nothing else of ours."""
