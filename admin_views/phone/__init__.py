"""The pages for phones, at ``/m/`` (DOMAIN 5): the same services and forms as the desk's, drawn small."""
