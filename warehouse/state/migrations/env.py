"""Alembic's entry point; `warehouse.state.engine` hands it an open connection."""

from alembic import context

from warehouse.state.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
