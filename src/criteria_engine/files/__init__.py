"""YAML, CSV, JSON and Parquet, read to values and written from them."""
