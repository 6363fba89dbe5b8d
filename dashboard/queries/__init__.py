"""Pure functions from columns to what a page shows. Nothing here imports Dash."""
