"""The Graph page: the logged graph by scopes."""
