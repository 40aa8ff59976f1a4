"""Who acts, what they may do, which customers they see. Imports nothing, so that no chain reaches Flask-Login."""
