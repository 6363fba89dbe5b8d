"""The Scalars page: curves of scalar tags."""
