"""The schema's history: one revision a file, each with the SQL that it runs beside it."""
