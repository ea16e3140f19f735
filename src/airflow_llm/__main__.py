"""``python -m airflow_llm``, the same as the command ``airflow-llm``."""

from airflow_llm.cli.main import main

if __name__ == "__main__":
    main()
