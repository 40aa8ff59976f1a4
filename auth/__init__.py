"""Who acts, what they may do and which customers they see. Imports nothing here, so that no chain reaches Flask-Login."""
