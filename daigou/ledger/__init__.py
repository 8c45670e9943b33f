"""The books in PostgreSQL: tables, the posting path, queries, migrations, audit."""
