"""The generated pages and the few written by hand. ``admin_views.setup.init_app`` registers them all."""
